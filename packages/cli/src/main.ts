#!/usr/bin/env node
/**
 * `parley`: the operator's command.
 *
 *   node packages/cli/src/main.ts start
 *
 * Always true: what it does not know ends with exit code 64 (EX_USAGE) and the help, on stderr; help that was asked for, with 0.
 */
import { parseArgs } from "node:util"

const help = `parley: a self-hosted chat backend

  parley start     runs the server; its settings are environment variables (docs/configuration.md)
  parley help      shows this

Exit codes of start: 0 stopped, 1 could not run, 78 configuration.`

const usage = 64

const fail = (complaint: string): never => {
  process.stderr.write(`${complaint}\n\n${help}\n`)
  process.exit(usage)
}

const read = (): { readonly command: string; readonly rest: ReadonlyArray<string> } => {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { help: { type: "boolean", short: "h" } },
    })
    const [command = "help", ...rest] = positionals
    return { command: values.help === true ? "help" : command, rest }
  } catch (cause) {
    return fail(cause instanceof Error ? cause.message : String(cause))
  }
}

const { command, rest } = read()
if (rest.length > 0) fail(`parley ${command} takes no arguments`)
if (command === "start") await import("@parley/gateway/main")
else if (command === "help") process.stdout.write(`${help}\n`)
else fail(`parley does not know ${command}`)
