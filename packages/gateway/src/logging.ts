/**
 * The log of the process: one line for each event, on stderr.
 *
 * Always true: who logs names things by request id, conversation id and error; never bodies, tokens, names.
 */
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import type { LogLevel } from "effect/LogLevel"
import * as References from "effect/References"
import type { Config } from "./Config.ts"

const severities = { debug: "Debug", info: "Info", warn: "Warn", error: "Error" } as const satisfies Record<
  Config["log"]["level"],
  LogLevel
>

export const logging = ({ level, format }: Config["log"]): Layer.Layer<never> =>
  Layer.mergeAll(
    Logger.layer([Logger.withConsoleError(format === "json" ? Logger.formatJson : Logger.formatLogFmt)]),
    Layer.succeed(References.MinimumLogLevel, severities[level]),
  )
