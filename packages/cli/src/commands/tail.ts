/** `parley tail`. */
import { ConversationId } from "@parley/domain/ids"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { dataDir, json } from "./flags.ts"

const whole = (least: number) => Schema.Int.check(Schema.isGreaterThanOrEqualTo(least))

export const tail = Command.make(
  "tail",
  {
    conversation: Argument.String("conversation").pipe(
      Argument.withDescription("A conversation's id, cnv_…; without it, everything that happens"),
      Argument.withSchema(ConversationId),
      Argument.optional,
    ),
    follow: Flag.Boolean("follow").pipe(
      Flag.withAlias("f"),
      Flag.withDescription("Go on with what happens from now on, until Ctrl-C"),
      Flag.withoutNegation,
      Flag.withDefault(false),
    ),
    from: Flag.Int("from").pipe(
      Flag.withDescription("Start here: a seq of the conversation; without one, a position of the log"),
      Flag.withMetavar("seq"),
      Flag.withSchema(whole(0)),
      Flag.optional,
    ),
    limit: Flag.Int("limit").pipe(
      Flag.withAlias("n"),
      Flag.withDescription("At most so many. Default: the newest 20; everything after --from"),
      Flag.withMetavar("number"),
      Flag.withSchema(whole(1)),
      Flag.optional,
    ),
    dataDir,
    json,
  },
  Effect.fnUntraced(function* ({ conversation, from, limit, ...rest }) {
    const { tail: show } = yield* Effect.promise(() => import("../tail/tail.ts"))
    yield* show({
      ...rest,
      conversation: Option.getOrUndefined(conversation),
      from: Option.getOrUndefined(from),
      limit: Option.getOrUndefined(limit),
    })
  }),
).pipe(
  Command.withDescription(
    `Shows what happened as people read it: when, who, what.

Reads the log's file, so it works while the server runs and while it does not; it must run on the same machine, as a user who may read
the data directory. Message texts are opened with the key vault; without the master key they stay "[sealed]". People who have been
erased are marked, and what they said is "[erased]". Times are local. With --json: one object a line, times in UTC.`,
  ),
  Command.withShortDescription("Shows messages and changes, live"),
  Command.withExamples([
    { command: "parley tail --follow", description: "Watch everything" },
    {
      command: "parley tail cnv_01k9… --from 120 --limit 50",
      description: "Fifty events of a conversation from seq 120 on",
    },
    {
      command: "parley tail --json --from 0 | jq .type | sort | uniq -c",
      description: "Count what is in the log",
    },
  ]),
)
