/**
 * Has the running server rebuild a read model, and watches.
 *
 * Always true: the rebuild is the server's; this command may end at any time and be started again.
 */
import { RebuildProgress } from "@parley/projections/Rebuilds"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { CommandFailed } from "../CommandFailed.ts"
import { askOps, opsBase, Refusal, refused } from "../ops/askOps.ts"
import { note, print, printJson } from "../output.ts"
import { progressBar, timeLeft } from "./progressBar.ts"

export interface RebuildOptions {
  readonly projection: string
  readonly ops: string | undefined
  readonly detach: boolean
  readonly dataDir: Option.Option<string>
  readonly json: boolean
}

const askEvery = "500 millis"
/** Where no terminal redraws the line, one every so many answers. */
const answersALine = 10

const decode = Schema.decodeUnknownSync(Schema.Union([RebuildProgress, Refusal]))
type Answer = RebuildProgress | Refusal

const ask = (path: string, method: "GET" | "POST", base: string): Effect.Effect<Answer, CommandFailed> =>
  askOps({ base, path, method }, decode, "A rebuild")

const isRefusal = (answer: Answer): answer is Refusal => "error" in answer

/** One line that is drawn over on a terminal; elsewhere a line now and then. */
const watcher = (json: boolean) => {
  const terminal = process.stderr.isTTY === true
  let answers = 0
  return {
    show: (progress: RebuildProgress): void => {
      if (json) return
      if (terminal) process.stderr.write(`\r\u001b[K${progressBar(progress)}`)
      else if (answers++ % answersALine === 0) note(progressBar(progress))
    },
    end: (): void => void (terminal && !json && process.stderr.write("\n")),
  }
}

const watch = (url: string, base: string, first: RebuildProgress, json: boolean) =>
  Effect.gen(function* () {
    const { show, end } = watcher(json)
    let progress = first
    show(progress)
    while (progress.state === "running") {
      yield* Effect.onInterrupt(Effect.sleep(askEvery), () =>
        Effect.sync(() => {
          end()
          note("The rebuild goes on in the server; the same command watches it again.")
        }),
      )
      const answer = yield* ask(url, "GET", base)
      if (isRefusal(answer)) return yield* refused(answer)
      progress = answer
      show(progress)
    }
    end()
    return progress
  })

const start = Effect.fnUntraced(function* (url: string, base: string) {
  const answer = yield* ask(url, "POST", base)
  if (!isRefusal(answer)) return answer
  if (answer.error !== "already_running") return yield* refused(answer)
  note(answer.detail)
  const running = yield* ask(url, "GET", base)
  return isRefusal(running) ? yield* refused(running) : running
})

export const rebuild = Effect.fnUntraced(function* (options: RebuildOptions) {
  const { projection, detach, json } = options
  const base = yield* opsBase(options)
  const url = `/rebuild/${encodeURIComponent(projection)}`
  const started = performance.now()
  const first = yield* start(url, base)
  const last = detach ? first : yield* watch(url, base, first, json)
  if (json) printJson(last)
  if (last.state === "failed")
    return yield* new CommandFailed({
      reason: `the rebuild of ${projection} failed: ${last.detail ?? "no reason given"}.`,
    })
  if (json) return
  if (last.state === "running") return print(`The rebuild of ${projection} runs in the server.`)
  print(
    `${projection} is rebuilt: ${last.applied.toLocaleString("en")} positions in ${timeLeft((performance.now() - started) / 1_000)}.`,
  )
})
