/**
 * The thread that builds a model from the log beside the one that answers, and ends when it has come to the log's end.
 *
 * Always true: it works when nobody else wants the processor, and rests twice as long as it has worked, so that those who chat do not notice.
 * Killed at any time, the next one goes on from the checkpoint in the file.
 */
import { readlinkSync } from "node:fs"
import { constants, setPriority } from "node:os"
import { basename } from "node:path"
import { parentPort, workerData } from "node:worker_threads"
import { openLogReader } from "@parley/runtime/eventStore/SqliteLogReader"
import { Follower, LogUnreachable } from "../Follower.ts"
import type { ModelThreadData } from "../hosting/messages.ts"
import { isDamage, isTrouble, setAside } from "../modelFile.ts"
import { modelNamed } from "../modelNamed.ts"
import type { FromBuilder } from "./buildInThread.ts"

const port = parentPort!
const { model, file, log } = workerData as ModelThreadData
/** Rest for each millisecond of work. */
const rest = 2
/** How long to wait when the disk is full or a file is locked. */
const troubleMs = 1_000
const maxTroubles = 60

/** Of this thread alone: on Linux a thread has an id of its own. Elsewhere it keeps the priority that it has. */
const stepBack = (): void => {
  try {
    setPriority(Number(basename(readlinkSync("/proc/thread-self"))), constants.priority.PRIORITY_LOW)
  } catch {
    return
  }
}

const say = (message: FromBuilder): void => port.postMessage(message)
const textOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

stepBack()
const reader = openLogReader(log)
let follower: Follower | undefined
let troubles = 0

const end = (message: FromBuilder): void => {
  follower?.close()
  reader.close()
  say(message)
  port.close()
}

const step = (): void => {
  const started = performance.now()
  try {
    follower ??= new Follower(modelNamed[model], reader, file)
    const { position, more } = follower.step()
    troubles = 0
    say({ _tag: "Position", position })
    if (!more) return end({ _tag: "Built" })
    setTimeout(step, rest * (performance.now() - started))
  } catch (cause) {
    failed(cause)
  }
}

const failed = (cause: unknown): void => {
  const damaged = isDamage(cause)
  const again = damaged || isTrouble(cause) || cause instanceof LogUnreachable
  troubles += 1
  if (!again || troubles > maxTroubles) return end({ _tag: "Failed", reason: textOf(cause) })
  if (damaged) {
    follower?.close()
    follower = undefined
    setAside(file)
  }
  setTimeout(step, troubleMs)
}

step()
