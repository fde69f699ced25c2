import { expect, it } from "vitest"
import { BadConfiguration, readConfig } from "../../src/Config.ts"

const settings = (env: Readonly<Record<string, string>>) =>
  readConfig({ PARLEY_DEV_LOGIN: "true", ...env }).telemetry

const endpoint = "http://collector:4318"

it.each([
  [{}, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: "" }, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, true],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint }, true],
  [{ OTEL_TRACES_EXPORTER: "console" }, true],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_EXPORTER: "none" }, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SDK_DISABLED: "true" }, false],
  [{ OTEL_TRACES_SAMPLER: "always_on", OTEL_SERVICE_NAME: "chat" }, false],
])("with %j it traces: %s", (env, traces) => {
  expect(settings(env)).toEqual({ traces })
})

it.each([
  ["OTEL_TRACES_EXPORTER", "jaeger"],
  ["OTEL_TRACES_SAMPLER", "sometimes"],
])("%s=%s stops the start: the SDK would trace nothing, or everything, and say nothing", (key, value) => {
  expect(() => settings({ [key]: value })).toThrow(`${key}: expected `)
})

it("a region is a short plain word, since it is written into every label", () => {
  expect(settings({ PARLEY_REGION: "eu-1.a_b" }).region).toBe("eu-1.a_b")
  for (const region of ['eu"1', "-eu", "e u", "x".repeat(64)])
    expect(() => settings({ PARLEY_REGION: region })).toThrow(BadConfiguration)
})
