/** What a chaos run is made of, and how the command line says it. */
import { parseArgs } from "node:util"

import type { StageOptions } from "./Stage.ts"

export interface ChaosOptions extends StageOptions {
  readonly seconds: number
  /** Messages offered in a second, all together. */
  readonly rate: number
  readonly kills: number
  /** The limits of the product as it comes: the rate should be above them. */
  readonly defaultLimits: boolean
}

export const readOptions = (args: ReadonlyArray<string>): ChaosOptions => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: "string", default: "1" },
      seconds: { type: "string", default: "60" },
      rate: { type: "string", default: "2000" },
      connections: { type: "string", default: "200" },
      conversations: { type: "string", default: "60" },
      kills: { type: "string", default: "5" },
      "default-limits": { type: "boolean", default: false },
    },
  })
  const number = (name: "seed" | "seconds" | "rate" | "connections" | "conversations" | "kills"): number => {
    const value = Number(values[name])
    if (!Number.isInteger(value) || value < 0) throw new Error(`--${name}: ${values[name]} is not a count`)
    return value
  }
  return {
    seed: number("seed"),
    seconds: number("seconds"),
    rate: number("rate"),
    connections: number("connections"),
    conversations: number("conversations"),
    kills: number("kills"),
    defaultLimits: values["default-limits"],
  }
}
