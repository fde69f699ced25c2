/** Settings of what the server tells about itself. OpenTelemetry's own variables are read by its SDK; here, whether there are any. */
import type { Variable } from "../Config.ts"

export interface TelemetrySettings {
  /** A label of every metric and an attribute of every span. */
  readonly region?: string
  /** Spans are made and exported, as OpenTelemetry's variables say. */
  readonly traces: boolean
}

export const telemetryVariables: ReadonlyArray<Variable> = [
  {
    key: "PARLEY_REGION",
    fallback: "",
    about: "where this server stands, such as `eu-1`: a label of every metric, an attribute of every span",
  },
  {
    key: "OTEL_EXPORTER_OTLP_ENDPOINT",
    fallback: "",
    about:
      "traces: where an OpenTelemetry collector listens, such as `http://collector:4318`; empty, and `OTEL_TRACES_EXPORTER` too: no traces",
  },
  {
    key: "OTEL_TRACES_EXPORTER",
    fallback: "`otlp` with an endpoint",
    about: "traces: `otlp`, `console`; `none`: no traces",
  },
  {
    key: "OTEL_TRACES_SAMPLER",
    fallback: "parentbased_always_on",
    about:
      "traces: which begin, by name (`parentbased_traceidratio`, `traceidratio`, …) with `OTEL_TRACES_SAMPLER_ARG`; all other `OTEL_…` variables as OpenTelemetry defines them",
  },
]

/** The SDK takes what it does not know for nothing, or for the default, and says so to nobody. */
const exporters = ["otlp", "console", "zipkin", "none"]
const samplers = ["always_on", "always_off", "traceidratio"].flatMap((name) => [name, `parentbased_${name}`])

const regionShape = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/

export const readTelemetrySettings = (
  text: (key: string) => string | undefined,
  problems: Array<string>,
): TelemetrySettings => {
  const region = text("PARLEY_REGION")
  if (region !== undefined && !regionShape.test(region))
    problems.push("PARLEY_REGION: expected up to 63 letters, digits, dots, hyphens and underscores")
  const exporter = text("OTEL_TRACES_EXPORTER")
  if (exporter?.split(",").every((one) => exporters.includes(one.trim())) === false)
    problems.push(`OTEL_TRACES_EXPORTER: expected ${exporters.join(", ")}`)
  const sampler = text("OTEL_TRACES_SAMPLER")
  if (sampler !== undefined && !samplers.includes(sampler))
    problems.push(`OTEL_TRACES_SAMPLER: expected ${samplers.join(", ")}`)
  const endpoint = text("OTEL_EXPORTER_OTLP_ENDPOINT") ?? text("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
  const wanted = exporter === undefined ? endpoint !== undefined : exporter !== "none"
  const disabled = text("OTEL_SDK_DISABLED")?.toLowerCase() === "true"
  return { ...(region === undefined ? {} : { region }), traces: wanted && !disabled }
}
