/** `parley rebuild`. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { dataDir, json, ops } from "./flags.ts"

export const rebuild = Command.make(
  "rebuild",
  {
    projection: Argument.String("projection").pipe(
      Argument.withDescription("The read model's name, such as history or membership"),
    ),
    ops,
    detach: Flag.Boolean("detach").pipe(
      Flag.withDescription("Start it and do not wait"),
      Flag.withoutNegation,
      Flag.withDefault(false),
    ),
    dataDir,
    json,
  },
  Effect.fnUntraced(function* (options) {
    const { rebuild: start } = yield* Effect.promise(() => import("../rebuild/rebuild.ts"))
    yield* start({ ...options, ops: Option.getOrUndefined(options.ops) })
  }),
).pipe(
  Command.withDescription(
    `Builds a read model anew from the log, while people chat.

The running server builds the new model beside the old one, which answers until the new one has caught up and takes its place. Use it
when a model is suspected to be wrong. A server that is restarted meanwhile goes on where it was. Ctrl-C ends the
watching, not the rebuild; the same command watches again. What acts on the world (push, webhooks) is no model and refuses.`,
  ),
  Command.withShortDescription("Builds a read model anew, while people chat"),
  Command.withExamples([
    { command: "parley rebuild history", description: "Start and watch" },
    { command: "parley rebuild membership --detach --json", description: "Start and go" },
  ]),
)
