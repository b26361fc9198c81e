//! Builds the peers from what Maven Central and the Go module proxy serve, once.
//!
//! Everything lands in `target` folders that git ignores. A stamp holds the sources' newest time
//! and the recipe; when neither has changed nothing is run, so a second start costs milliseconds.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::UNIX_EPOCH;

use crate::error::{Error, Result};
use crate::process::shown;

/// The folder `tests/interop` of the repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Fails with one sentence that lists every program that is not installed.
pub fn require(programs: &[&str]) -> Result<()> {
    let missing: Vec<_> = programs
        .iter()
        .copied()
        .filter(|program| !installed(program))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Error::new(format!(
        "not installed: {} (the foreign peers need a JDK of version 17 or later, Maven 3.8, Go 1.24 and Python 3.9)",
        missing.join(", ")
    )))
}

fn installed(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
    })
}

/// Fetches the jars that `java/<project>/pom.xml` names into `java/<project>/target/lib`.
pub fn fetch_jars(project: &str) -> Result<PathBuf> {
    let folder = root().join("java").join(project);
    let pom = folder.join("pom.xml");
    let lib = folder.join("target/lib");
    let stamp = Stamp::of(&folder.join("target/lib.stamp"), &[pom.as_path()])?;
    if !(stamp.holds() && lib.is_dir()) {
        require(&["java", "mvn"])?;
        let mut maven = Command::new("mvn");
        maven
            .args(["-q", "-B", "-f"])
            .arg(&pom)
            .arg(format!("-DoutputDirectory={}", lib.display()))
            .arg("dependency:copy-dependencies");
        run(&mut maven)?;
        stamp.write()?;
    }
    Ok(lib)
}

/// Packages the Maven project `java/<project>` as `target/<project>.jar`, with what it needs beside
/// it.
pub fn package_java(project: &str) -> Result<PathBuf> {
    let folder = root().join("java").join(project);
    let jar = folder.join(format!("target/{project}.jar"));
    let (pom, sources) = (folder.join("pom.xml"), folder.join("src"));
    let stamp = Stamp::of(
        &folder.join("target/package.stamp"),
        &[pom.as_path(), sources.as_path()],
    )?;
    if !(stamp.holds() && jar.is_file()) {
        require(&["java", "mvn"])?;
        let mut maven = Command::new("mvn");
        maven.args(["-q", "-B", "-f"]).arg(&pom).arg("package");
        run(&mut maven)?;
        stamp.write()?;
    }
    Ok(jar)
}

/// Compiles the Java sources in `from` into `to`, all of them when one has changed.
pub fn compile_java(from: &[PathBuf], class_path: &str, to: &Path) -> Result<()> {
    // What the class path names without a wildcard is compiled here too, and may have changed.
    let ours = class_path
        .split(':')
        .filter(|entry| !entry.is_empty() && !entry.ends_with('*'))
        .map(Path::new);
    let folders: Vec<_> = from.iter().map(PathBuf::as_path).chain(ours).collect();
    let stamp = Stamp::of(&to.with_extension("stamp"), &folders)?;
    if stamp.holds() && to.is_dir() {
        return Ok(());
    }
    require(&["javac"])?;
    // Classes of deleted sources must go, or they would be served on.
    let _ = fs::remove_dir_all(to);
    fs::create_dir_all(to).map_err(Error::while_doing(format!("create {}", to.display())))?;
    let mut javac = Command::new("javac");
    javac.args([
        "-nowarn",
        "-encoding",
        "UTF-8",
        "-parameters",
        "-g",
        "-Xlint:none",
        "-cp",
    ]);
    javac.arg(class_path).arg("-d").arg(to);
    for folder in from {
        javac.args(sources(folder, "java")?);
    }
    run(&mut javac)?;
    stamp.write()
}

/// Makes a Python environment with what `<project>/requirements.txt` names, and gives its Python.
pub fn python(project: &str) -> Result<PathBuf> {
    let wanted = root().join(project).join("requirements.txt");
    let home = root().join("target").join(format!("{project}-venv"));
    let python = home.join("bin/python");
    let stamp = Stamp::of(&home.join("stamp"), &[wanted.as_path()])?;
    if !(stamp.holds() && python.is_file()) {
        require(&["python3"])?;
        let mut venv = Command::new("python3");
        run(venv.args(["-m", "venv", "--clear"]).arg(&home))?;
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "install", "-q", "-r"]).arg(&wanted);
        run(&mut pip)?;
        stamp.write()?;
    }
    Ok(python)
}

/// Builds the dubbo-go peer and gives the path of the program.
pub fn build_go() -> Result<PathBuf> {
    let folder = root().join("go");
    let program = root().join("target/interop-go");
    let stamp = Stamp::of(&root().join("target/interop-go.stamp"), &[folder.as_path()])?;
    if !(stamp.holds() && program.is_file()) {
        require(&["go"])?;
        let mut go = Command::new("go");
        go.current_dir(&folder)
            .args(["build", "-trimpath", "-o"])
            .arg(&program)
            .arg(".");
        run(&mut go)?;
        stamp.write()?;
    }
    Ok(program)
}

/// Runs a command to its end and gives what it printed; an error has both outputs.
pub fn run(command: &mut Command) -> Result<String> {
    let output = command
        .output()
        .map_err(Error::while_doing(shown(command)))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let mut text = shown(command);
    text.truncate(400);
    Err(Error::new(format!(
        "{text} failed with {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )))
}

/// All files with that extension, in a fixed order.
fn sources(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let entries =
        fs::read_dir(folder).map_err(Error::while_doing(format!("read {}", folder.display())))?;
    for entry in entries {
        let path = entry.map_err(Error::while_doing("read a folder"))?.path();
        if path.is_dir() {
            found.extend(sources(&path, extension)?);
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// What a build was made from: the names and times of its sources.
struct Stamp {
    file: PathBuf,
    text: String,
}

impl Stamp {
    fn of(file: &Path, inputs: &[&Path]) -> Result<Self> {
        let mut text = String::new();
        for input in inputs {
            note(input, &mut text)?;
        }
        Ok(Self {
            file: file.to_owned(),
            text,
        })
    }

    fn holds(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|written| written == self.text)
    }

    fn write(&self) -> Result<()> {
        if let Some(folder) = self.file.parent() {
            fs::create_dir_all(folder).map_err(Error::while_doing("create the target folder"))?;
        }
        fs::write(&self.file, &self.text).map_err(Error::while_doing("write a build stamp"))
    }
}

fn note(path: &Path, text: &mut String) -> Result<()> {
    let doing = || format!("read {}", path.display());
    let about = fs::metadata(path).map_err(Error::while_doing(doing()))?;
    if about.is_file() {
        let changed = about.modified().map_err(Error::while_doing(doing()))?;
        let nanos = changed
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_nanos());
        text.push_str(&format!("{} {nanos}\n", path.display()));
        return Ok(());
    }
    let mut inside: Vec<_> = fs::read_dir(path)
        .map_err(Error::while_doing(doing()))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.file_name().is_some_and(|name| name != "target"))
        .collect();
    inside.sort();
    inside.iter().try_for_each(|path| note(path, text))
}
