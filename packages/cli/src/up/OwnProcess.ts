/**
 * A process of `parley up`: started, waited for until it says that it serves, and stopped when its scope ends.
 *
 * Always true: it leads a process group of its own, so that Ctrl-C in a terminal reaches `parley up` alone, which stops everything in order. What it
 * prints goes to a file, begun anew at each start; its last words are told when it ends unasked.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { createWriteStream } from "node:fs"
import { join } from "node:path"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { CommandFailed, said } from "../CommandFailed.ts"
import type { User } from "./userOfPostgres.ts"

export interface Around {
  /** Where each process's words go. */
  readonly logs: string
  /** Told of every process, and ends them when this one is killed. */
  readonly watch: (pid: number) => void
  /** Completed by the first process that ends unasked. */
  readonly failed: Deferred.Deferred<never, CommandFailed>
}

export interface Wanted extends User {
  readonly name: string
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string | undefined>>
  /** Its standard input. */
  readonly input?: string
  /** What it prints when it serves; absent: at once. */
  readonly ready?: string
  readonly stopBy?: NodeJS.Signals
}

/** A node prepares its database and waits for others; on a busy machine that takes its time. */
const startWithin = "2 minutes"
/** A gateway lets its clients go within 30 s. */
const stopWithinMs = 35_000
const lastChars = 2_000

class OwnProcess {
  readonly #child: ChildProcess
  readonly #stopBy: NodeJS.Signals
  #stopping = false
  #words = ""
  /** Resolves when it has ended, with how. */
  readonly ended: Promise<string>
  readonly serves: Promise<void>

  constructor(wanted: Wanted, around: Around) {
    const { name, command, args, env, input, ready, uid, gid } = wanted
    this.#stopBy = wanted.stopBy ?? "SIGTERM"
    this.#child = spawn(command, [...args], {
      env,
      stdio: ["pipe", "pipe", "pipe"],
      detached: true,
      ...(uid === undefined ? {} : { uid, gid, cwd: "/" }),
    })
    const child = this.#child
    if (child.pid !== undefined) around.watch(child.pid)
    // Whoever does not read it closes it.
    child.stdin?.on("error", () => {})
    child.stdin?.end(input ?? "")
    const file = createWriteStream(join(around.logs, `${name}.log`), { flags: "w", mode: 0o600 })
    for (const output of [child.stdout, child.stderr]) output?.pipe(file, { end: false })
    this.serves = new Promise((resolve) => {
      if (ready === undefined) resolve()
      for (const output of [child.stdout, child.stderr])
        output?.on("data", (chunk: Buffer) => {
          this.#words = (this.#words + chunk.toString()).slice(-lastChars)
          if (ready !== undefined && this.#words.includes(ready)) resolve()
        })
    })
    this.ended = new Promise((resolve) => {
      child.once("error", (cause) => resolve(said(cause)))
      child.once("close", (code, signal) => {
        file.end()
        resolve(signal === null ? `exit code ${code}` : signal)
      })
    })
    void this.#tellUnasked(name, around)
  }

  readonly stop = async (): Promise<void> => {
    this.#stopping = true
    if (this.#child.pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null)
      return
    this.#child.kill(this.#stopBy)
    const late = setTimeout(() => this.#child.kill("SIGKILL"), stopWithinMs)
    await this.ended
    clearTimeout(late)
  }

  async #tellUnasked(name: string, { failed }: Around): Promise<void> {
    const how = await this.ended
    if (!this.#stopping) Deferred.doneUnsafe(failed, Effect.fail(this.#complaint(name, how)))
  }

  #complaint(name: string, how: string): CommandFailed {
    const words = this.#words.trim()
    return new CommandFailed({
      reason: `${name} ended unasked (${how})${words === "" ? "." : `. Its last words:\n${words}`}`,
    })
  }
}

/** Serves when this succeeds; an end before that is told by `around.failed`. */
export const start = (wanted: Wanted, around: Around): Effect.Effect<void, CommandFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const { serves } = yield* Effect.acquireRelease(
      Effect.sync(() => new OwnProcess(wanted, around)),
      ({ stop }) => Effect.promise(stop),
    )
    yield* Effect.promise(() => serves).pipe(
      Effect.timeoutOrElse({
        duration: startWithin,
        orElse: () =>
          Effect.fail(
            new CommandFailed({
              reason: `${wanted.name} does not serve: see ${around.logs}/${wanted.name}.log`,
            }),
          ),
      }),
    )
  })
