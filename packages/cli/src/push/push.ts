/**
 * Asks the running server about pushes: why a person was or was not reached, what is parked, and to try a parked one again.
 *
 * Always true: nothing that anybody wrote, no name and no token is printed.
 */
import {
  type ParkedPush,
  ParkedPushes,
  type PushLine,
  PushReport,
  PushRetried,
} from "@parley/projections/push/PushReport"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { askOps, opsBase, Refusal, refused } from "../ops/askOps.ts"
import { count, print, printJson } from "../output.ts"
import { inWords } from "./inWords.ts"

export interface PushOptions {
  readonly ops: string | undefined
  readonly dataDir: Option.Option<string>
  readonly json: boolean
}

const isRefusal = Schema.is(Refusal)

const ask = <A>(
  options: PushOptions,
  method: "GET" | "POST",
  path: string,
  schema: Schema.Codec<A, unknown>,
) =>
  Effect.gen(function* () {
    const decode = Schema.decodeUnknownSync(schema)
    const base = yield* opsBase(options)
    const answer = yield* askOps(
      { base, path, method },
      (body): A | Refusal => (isRefusal(body) ? body : decode(body)),
      "This",
    )
    return isRefusal(answer) ? yield* refused(answer) : answer
  })

const at = (time: string): string => time.slice(0, 19).replace("T", " ")
const subject = ({
  kind,
  conversation_id,
  seq,
}: Pick<PushLine, "kind" | "conversation_id" | "seq">): string =>
  conversation_id === undefined ? kind : `${kind} ${conversation_id}${seq === undefined ? "" : ` #${seq}`}`

/** Of each device, the last so many. */
const shownLines = 10

const printDevice = (
  { device_id, platform, provider }: PushReport["devices"][number],
  lines: ReadonlyArray<PushLine>,
): void => {
  print(`${device_id} (${platform}, ${provider ?? "registered for no push"})`)
  const own = lines.filter((line) => line.device_id === undefined || line.device_id === device_id)
  for (const line of own.slice(0, shownLines)) print(`  ${at(line.at)}  ${subject(line)}  ${inWords(line)}`)
  if (own.length === 0)
    print(
      provider === undefined
        ? "  the app must register it with a token"
        : "  nothing was to be pushed lately",
    )
}

const printParked = (items: ReadonlyArray<ParkedPush>): void => {
  for (const one of items)
    print(
      `${one.job}  ${at(one.parked_at)}  ${one.user_id} ${one.device_id}  ${subject(one)}  ${count(one.attempts, "attempt")}  ${inWords({ outcome: "parked", reason: one.reason })}`,
    )
}

export const pushDoctor = Effect.fnUntraced(function* (options: PushOptions & { readonly user: string }) {
  const { user, json } = options
  const report = yield* ask(options, "GET", `/push/users/${encodeURIComponent(user)}`, PushReport)
  if (json) return printJson(report)
  const { devices, lines, parked } = report
  if (devices.length === 0) print(`${user} has registered no device: there is nowhere to push.`)
  for (const device of devices) printDevice(device, lines)
  if (parked.length > 0) print("Parked, to be tried again by parley push retry <job>:")
  printParked(parked)
})

export const pushParked = Effect.fnUntraced(function* (options: PushOptions) {
  const answer = yield* ask(options, "GET", "/push/parked", ParkedPushes)
  if (options.json) return printJson(answer)
  if (answer.items.length === 0) print("No push is parked.")
  printParked(answer.items)
})

export const pushRetry = Effect.fnUntraced(function* (options: PushOptions & { readonly job: number }) {
  const answer = yield* ask(options, "POST", `/push/parked/${options.job}/retry`, PushRetried)
  if (options.json) printJson(answer)
  else print(`Push ${answer.job} waits to be sent again.`)
})
