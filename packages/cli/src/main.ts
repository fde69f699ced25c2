#!/usr/bin/env node
/**
 * `parley`: the operator's command.
 *
 * Always true: `parley start` loads the server and nothing else; what the other commands need is loaded when one of them is asked for.
 */
import process from "node:process"

const args = process.argv.slice(2)
if (args.length === 1 && args[0] === "start") await import("@parley/gateway/main")
else (await import("./run.ts")).run(args)
