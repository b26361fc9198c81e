//! `tenfold call`: a generic call from the shell.

use std::{process::ExitCode, time::Duration};

use clap::Args;
use tenfold::{Application, Context, Error, GenericClient, RpcError, Url, hessian2::Value};

use crate::exit;

/// Call a method of a service and print its result as JSON.
///
/// With a URL the provider is called directly:
///
///     tenfold call dubbo://127.0.0.1:20880/com.acme.OrderService find '["42"]'
///
/// With a registry one of the registered providers is called:
///
///     tenfold call --registry zookeeper://127.0.0.1:2181 com.acme.OrderService find '["42"]'
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Call {
    /// `dubbo://host:port/interface`, or the interface alone with `--registry`.
    service: String,
    /// The Java method name.
    method: String,
    /// The arguments as a JSON array; a single value that is no array is taken as the only one.
    #[arg(default_value = "[]")]
    arguments: String,
    /// Where providers are registered, `zookeeper://host:port`.
    #[arg(long)]
    registry: Option<String>,
    /// Java types of the parameters, such as `java.lang.String,int`; needed for overloads.
    #[arg(long, value_delimiter = ',')]
    types: Option<Vec<String>>,
    /// The service's group.
    #[arg(long)]
    group: Option<String>,
    /// The service's version.
    #[arg(long = "service-version")]
    version: Option<String>,
    /// How long the call may take, in milliseconds.
    #[arg(long, default_value_t = 5_000)]
    timeout: u64,
    /// A value to send beside the arguments, `key=value`; may be repeated.
    #[arg(long = "attachment", value_name = "KEY=VALUE")]
    attachments: Vec<String>,
    /// Print the answer's attachments to standard error.
    #[arg(long)]
    show_attachments: bool,
}

/// Why there is no result to print.
enum Failure {
    Usage(String),
    Start(Error),
    Call(RpcError),
    Result(String),
}

impl Call {
    pub(crate) async fn run(self) -> ExitCode {
        match self.result().await {
            Ok(json) => {
                println!("{json}");
                ExitCode::SUCCESS
            }
            Err(Failure::Usage(message)) => {
                eprintln!("tenfold call: {message}");
                ExitCode::from(exit::USAGE)
            }
            Err(Failure::Start(Error::Refer { source, .. })) => {
                eprintln!("tenfold call: {source}");
                exit::of_error(&source)
            }
            Err(Failure::Start(error)) => {
                eprintln!("tenfold call: {error}");
                ExitCode::from(exit::OTHER)
            }
            Err(Failure::Result(message)) => {
                eprintln!("tenfold call: the result has no JSON form: {message}");
                ExitCode::from(exit::OTHER)
            }
            Err(Failure::Call(error)) => {
                eprintln!("tenfold call: {error}");
                exit::of_error(&error)
            }
        }
    }

    async fn result(&self) -> Result<String, Failure> {
        let arguments = self.arguments()?;
        let attachments = self.attachments()?;
        let client = self.client().await?;
        // The time to find a provider is not the call's.
        let mut context = Context::new().with_timeout(Duration::from_millis(self.timeout));
        for (key, value) in attachments {
            context = context.with_attachment(key, value);
        }
        let value = client
            .invoke(&context, &self.method, self.types.as_deref(), arguments)
            .await
            .map_err(Failure::Call)?;
        if self.show_attachments {
            for (key, value) in context.response_attachments().iter() {
                eprintln!("{key}: {value}");
            }
        }
        let json = value
            .to_json()
            .map_err(|error| Failure::Result(error.to_string()))?;
        serde_json::to_string_pretty(&json).map_err(|error| Failure::Result(error.to_string()))
    }

    fn arguments(&self) -> Result<Vec<Value>, Failure> {
        let json: serde_json::Value = serde_json::from_str(&self.arguments).map_err(|error| {
            Failure::Usage(format!(
                "the arguments `{}` are no JSON: {error}",
                self.arguments
            ))
        })?;
        Ok(match json {
            serde_json::Value::Array(items) => items.into_iter().map(Value::from).collect(),
            single => vec![Value::from(single)],
        })
    }

    fn attachments(&self) -> Result<Vec<(&str, &str)>, Failure> {
        self.attachments
            .iter()
            .map(|attachment| {
                attachment
                    .split_once('=')
                    .ok_or_else(|| Failure::Usage(format!("`{attachment}` is not `key=value`")))
            })
            .collect()
    }

    async fn client(&self) -> Result<GenericClient, Failure> {
        let mut builder = Application::builder("tenfold-cli");
        if let Some(registry) = &self.registry {
            builder = builder.registry(registry);
        }
        let application = builder.start().await.map_err(Failure::Start)?;
        let mut reference = if self.registry.is_some() {
            application.generic(&self.service)
        } else {
            let url = Url::parse(&self.service).map_err(|error| {
                Failure::Usage(format!("{error}; or name a registry with `--registry`"))
            })?;
            let interface = url.interface().to_owned();
            let mut reference = application.generic(&interface).url(&self.service);
            for (key, value) in url.params() {
                reference = reference.param(key, value);
            }
            reference
        };
        reference = reference
            .timeout(Duration::from_millis(self.timeout))
            .retries(0);
        if let Some(group) = &self.group {
            reference = reference.group(group);
        }
        if let Some(version) = &self.version {
            reference = reference.version(version);
        }
        reference.build().await.map_err(Failure::Start)
    }
}
