/**
 * The service levels as Prometheus rules: each an error ratio over several windows, and alerts on how fast its budget burns.
 *
 * Always true: what stands here is `deploy/telemetry/slo.rules.yml`; a test compares the two. `node packages/testkit/src/telemetry/serviceLevels.ts` writes it.
 */

export interface ServiceLevel {
  readonly slo: string
  readonly alert: string
  /** Of what may go wrong. */
  readonly budget: number
  readonly summary: string
  /** The share of what went wrong in a window. */
  readonly errors: (window: string) => string
}

const sum = (selector: string, window: string): string => `sum by (region) (rate(${selector}[${window}]))`

/** The share of a histogram above a bound that is one of its buckets. */
const above =
  (histogram: string, bound: string, labels = "") =>
  (window: string): string => {
    const [all, below] = [
      labels === "" ? "" : `{${labels}}`,
      `{${[labels, `le="${bound}"`].filter(Boolean).join(",")}}`,
    ]
    return `1 - ${sum(`${histogram}_bucket${below}`, window)} / ${sum(`${histogram}_count${all}`, window)}`
  }

/** Seconds that connections lost a second: who was refused comes back within five; who was on a server that does not answer has none. */
const connectionsLost = (window: string): string =>
  `(5 * ${sum('parley_upgrades_refused_total{code="unavailable"}', window)} + sum by (region) (avg_over_time(parley:connections:down[${window}])))`

export const serviceLevels: ReadonlyArray<ServiceLevel> = [
  {
    slo: "delivery",
    alert: "ParleyDeliverySlow",
    budget: 0.01,
    summary: "Messages reach connected recipients later than 300 ms",
    errors: above("parley_accept_deliver_seconds", "0.3"),
  },
  {
    slo: "durability",
    alert: "ParleySendsFail",
    budget: 0.0001,
    summary: "Messages are not durable within 60 s",
    errors: (window) =>
      `(${sum('parley_commands_total{outcome=~"unavailable|internal"}', window)} + ${sum("parley_accept_ack_seconds_count", window)} - ${sum('parley_accept_ack_seconds_bucket{le="60"}', window)}) / ${sum('parley_commands_total{outcome!="rejected"}', window)}`,
  },
  {
    slo: "requests",
    alert: "ParleyRequestsFail",
    budget: 0.0001,
    summary: "HTTP requests are answered with errors of the server",
    errors: (window) =>
      `${sum('parley_http_requests_total{status="5xx"}', window)} / ${sum("parley_http_requests_total", window)}`,
  },
  {
    slo: "connections",
    alert: "ParleyConnectionsLost",
    budget: 0.0005,
    summary: "People are not connected who want to be",
    errors: (window) =>
      `${connectionsLost(window)} / (${connectionsLost(window)} + ${sum("parley_connection_seconds_total", window)})`,
  },
  {
    slo: "presence",
    alert: "ParleyPresenceLate",
    budget: 0.05,
    summary: "Changes of presence are told later than 10 s",
    errors: above("parley_presence_told_seconds", "10", 'after!="cut"'),
  },
  {
    slo: "fanout",
    alert: "ParleyFanOutSlow",
    budget: 0.01,
    summary: "Committed events are broadcast later than 500 ms",
    errors: above("parley_publish_lag_seconds", "0.5"),
  },
]

const windows = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"]

/** A budget of 30 days: 14.4 burns 2 % of it in an hour, 6 burns 5 % in six, 3 burns 10 % in a day, 1 all of it. */
const burns = [
  { severity: "page", rate: 14.4, long: "1h", short: "5m", wait: "2m" },
  { severity: "page", rate: 6, long: "6h", short: "30m", wait: "15m" },
  { severity: "ticket", rate: 3, long: "1d", short: "2h", wait: "1h" },
  { severity: "ticket", rate: 1, long: "3d", short: "6h", wait: "3h" },
] as const

/** Alerts on what wears no service level yet, or wears all of them. */
const causes: ReadonlyArray<
  readonly [alert: string, expr: string, wait: string, severity: string, summary: string]
> = [
  ["ParleyDown", 'up{job="parley"} == 0', "1m", "page", "A server does not answer"],
  [
    "ParleyModelBehind",
    "parley_model_lag_seconds > 60",
    "5m",
    "page",
    "A read model does not follow the log",
  ],
  [
    "ParleyModelDrift",
    "increase(parley_projection_drift_total[1h]) > 0",
    "0m",
    "page",
    "A read model says something else than the log",
  ],
  ["ParleyShedding", "parley_shedding_level > 0", "5m", "ticket", "A server gives things up under pressure"],
  [
    "ParleyMailboxFull",
    "increase(parley_mailbox_refused_total[5m]) > 0",
    "0m",
    "ticket",
    "A conversation is asked more than it can take",
  ],
  [
    "ParleyCommitsSlow",
    "histogram_quantile(0.99, sum by (instance, region, le) (rate(parley_commit_seconds_bucket[5m]))) > 0.5",
    "10m",
    "ticket",
    "The disk takes long to make commits durable",
  ],
  ["ParleyPushesLate", "parley_push_oldest_seconds > 600", "10m", "ticket", "Pushes wait"],
]

const quantiles = [
  ["p50", 0.5],
  ["p95", 0.95],
  ["p99", 0.99],
  ["p999", 0.999],
] as const
const timed = ["accept_deliver", "accept_ack", "publish_lag", "http_request", "commit"] as const

const runbook = (alert: string): string => `docs/operations.md#${alert.toLowerCase()}`

const record = (
  name: string,
  expr: string,
  labels: Readonly<Record<string, string>> = {},
): ReadonlyArray<string> => [
  `      - record: ${name}`,
  `        expr: ${expr}`,
  ...(Object.keys(labels).length === 0 ? [] : ["        labels:"]),
  ...Object.entries(labels).map(([label, value]) => `          ${label}: ${value}`),
]

interface Alerting {
  readonly alert: string
  readonly expr: string
  readonly wait: string
  readonly summary: string
  readonly labels: Readonly<Record<string, string>>
}

const alerting = ({ alert, expr, labels, summary, wait }: Alerting): ReadonlyArray<string> => [
  `      - alert: ${alert}`,
  `        expr: ${expr}`,
  `        for: ${wait}`,
  "        labels:",
  ...Object.entries(labels).map(([label, value]) => `          ${label}: ${value}`),
  "        annotations:",
  `          summary: ${summary}`,
  `          runbook: ${runbook(alert)}`,
]

const errorsOver = (window: string): string => `parley:slo_errors:ratio_rate${window}`

export const rulesFile = (): string =>
  [
    "# Made from packages/testkit/src/telemetry/serviceLevels.ts: change it there.",
    "groups:",
    "  - name: parley-latency",
    "    rules:",
    ...timed.flatMap((name) =>
      quantiles.flatMap(([called, quantile]) =>
        record(
          `parley:${name}_seconds:${called}_rate5m`,
          `histogram_quantile(${quantile}, sum by (region, le) (rate(parley_${name}_seconds_bucket[5m])))`,
        ),
      ),
    ),
    "  - name: parley-slo",
    "    rules:",
    // What a server that does not answer had, as long as Prometheus remembers it.
    ...record(
      "parley:connections:down",
      'max_over_time(parley_connections{job="parley"}[15m]) * on (job, instance) group_left () (1 - up{job="parley"})',
    ),
    ...serviceLevels.flatMap(({ errors, slo }) =>
      windows.flatMap((window) => record(errorsOver(window), errors(window), { slo })),
    ),
    "  - name: parley-burn",
    "    rules:",
    ...serviceLevels.flatMap(({ alert, budget, slo, summary }) =>
      burns.flatMap(({ long, rate, severity, short, wait }) => {
        const most = Number((rate * budget).toPrecision(6))
        const over = (window: string): string => `${errorsOver(window)}{slo="${slo}"} > ${most}`
        const labels = { severity, slo, window: long }
        return alerting({ alert, expr: `${over(long)} and ${over(short)}`, wait, summary, labels })
      }),
    ),
    "  - name: parley-causes",
    "    rules:",
    ...causes.flatMap(([alert, expr, wait, severity, summary]) =>
      alerting({ alert, expr, wait, summary, labels: { severity } }),
    ),
    "",
  ].join("\n")

if (import.meta.main) process.stdout.write(rulesFile())
