/**
 * The way of the writer thread's answers to the main thread, which takes them from its event loop, or while it rests.
 *
 * Always true: answers come in the order in which they were given, each once, and none is left behind by a thread that ends: whoever
 * is told of the end takes what has come first.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort } from "node:worker_threads"
import type { Committed } from "./messages.ts"

/** What the writer thread is given of it, by `workerData` and its list of what is moved. */
export interface AnswersEnd {
  readonly port: MessagePort
  /** Counts the answers; a resting main thread sleeps on it. */
  readonly bell: Int32Array
}

export type AnswerSource = Pick<Answers, "listen" | "sleep" | "take">

export class Answers {
  readonly end: AnswersEnd
  readonly #port: MessagePort
  readonly #bell = new Int32Array(new SharedArrayBuffer(4))
  #heard = 0

  constructor() {
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    this.end = { port: port2, bell: this.#bell }
  }

  listen(settle: (committed: Committed) => void): void {
    this.#port.on("message", settle)
    // The thread itself keeps the process from ending.
    this.#port.unref()
  }

  /** Hands over what has come by now. */
  take(settle: (committed: Committed) => void): void {
    for (let next = receiveMessageOnPort(this.#port); next !== undefined;) {
      settle(next.message as Committed)
      next = receiveMessageOnPort(this.#port)
    }
  }

  /** Blocks this thread until an answer is given that it has not been woken for yet, or for `ms`. False: the time is over. */
  sleep(ms: number): boolean {
    const outcome = Atomics.wait(this.#bell, 0, this.#heard, ms)
    this.#heard = Atomics.load(this.#bell, 0)
    return outcome !== "timed-out"
  }
}

/** The writer thread's side. */
export const give = ({ bell, port }: AnswersEnd, committed: Committed): void => {
  port.postMessage(committed)
  Atomics.add(bell, 0, 1)
  Atomics.notify(bell, 0)
}
