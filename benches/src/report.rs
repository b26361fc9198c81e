//! Medians and ratios, one JSON line a subject.

use serde_json::json;

use crate::{Plan, drive::Measured, subjects::Subject};

/// All repetitions of one subject.
pub(crate) struct Row {
    pub(crate) subject: Subject,
    runs: Vec<Measured>,
}

impl Row {
    pub(crate) fn new(subject: Subject) -> Self {
        Self {
            subject,
            runs: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, measured: Measured) {
        self.runs.push(measured);
    }

    /// The median of what `value` says of each repetition.
    fn median(&self, value: impl Fn(&Measured) -> f64) -> f64 {
        let mut values: Vec<f64> = self.runs.iter().map(value).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
    }
}

fn client_cpu(run: &Measured) -> f64 {
    run.client_cpu.as_secs_f64() * 1e6 / run.calls.max(1) as f64
}

fn server_cpu(run: &Measured) -> f64 {
    run.server_cpu.as_secs_f64() * 1e6 / run.calls.max(1) as f64
}

fn both(run: &Measured) -> f64 {
    client_cpu(run) + server_cpu(run)
}

pub(crate) fn print(rows: &[Row], plan: &Plan) {
    for row in rows {
        // Pairwise: the ratio within each repetition, then the median of the ratios.
        let mut ratios: Vec<f64> = rows.first().map_or_else(Vec::new, |first| {
            let pairs = row.runs.iter().zip(&first.runs);
            pairs.map(|(own, base)| both(own) / both(base)).collect()
        });
        ratios.sort_by(f64::total_cmp);
        let ratio = ratios.get(ratios.len() / 2).copied();
        let line = json!({
            "subject": row.subject.name(),
            "payload": plan.payload,
            "inflight": plan.inflight,
            "threads": plan.threads,
            "layout": format!("{:?}", plan.layout).to_lowercase(),
            "reps": row.runs.len(),
            "cpu_us_per_call": round(row.median(both)),
            "client_cpu_us": round(row.median(client_cpu)),
            "server_cpu_us": round(row.median(server_cpu)),
            "ratio_to_first": ratio.map(round),
            "calls_per_s": row.median(|run| run.calls as f64 / run.elapsed.as_secs_f64()).round(),
            "p50_us": round(row.median(|run| run.p50.as_secs_f64() * 1e6)),
            "p99_us": round(row.median(|run| run.p99.as_secs_f64() * 1e6)),
        });
        println!("{line}");
    }
}

/// Three digits behind the point are more than the machine's noise.
fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
