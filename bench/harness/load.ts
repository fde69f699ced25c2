/**
 * The load generator: sends over given pairs and times acks and deliveries. Both modes read frames by substring instead of parsing
 * them, so that the generator's own share of the two cores stays small.
 */
import type { Pair } from "./target.ts"
import { cpuUs, threadCpuUs } from "./cpu.ts"
import { type Summary, summarize } from "./summary.ts"

export interface Result {
  readonly messages: number
  readonly seconds: number
  readonly perSecond: number
  /** Send to the ack at the sender, milliseconds. */
  readonly ack: Summary
  /** Send to the recipient's socket, milliseconds, from the moment the frame was handed to the sender's socket. */
  readonly delivery: Summary
  /** The server's CPU a message, all threads, microseconds. */
  readonly cpuUsPerMessage: number
  /** The same by thread, those above 1 µs: the main one first, then workers in the order of their start. */
  readonly threads: ReadonlyArray<readonly [name: string, us: number]>
}

const text = "The quick brown fox jumps over the lazy dog, and is late for its ferry across the bay. Thanks!"
const stampOf = (frame: Buffer): number => {
  const at = frame.indexOf("t=")
  return at < 0 ? NaN : Number(frame.toString("latin1", at + 2, frame.indexOf(";", at)))
}

const frameOf = (pair: Pair, id: number, stamp: number): string =>
  `{"id":"${stamp.toFixed(3)}","type":"message.send","conversation_id":"${pair.conversation}","client_msg_id":"m${id}-${process.pid}","payload":{"text":"${text} t=${stamp.toFixed(3)};"}}`

interface Recorder {
  readonly acks: Array<number>
  readonly deliveries: Array<number>
  readonly errors: Map<string, number>
}

const listen = (pair: Pair, recorder: Recorder, acked: () => void, delivered: () => void): (() => void) => {
  const onSender = (data: Buffer): void => {
    const now = performance.now()
    const at = data.indexOf('"reply_to":"')
    if (at < 0) return
    if (data.includes('"type":"error"')) {
      const code = /"code":"(\w+)"/.exec(data.toString())?.[1] ?? "unknown"
      recorder.errors.set(code, (recorder.errors.get(code) ?? 0) + 1)
    } else recorder.acks.push(now - Number(data.toString("latin1", at + 12, data.indexOf('"', at + 12))))
    acked()
  }
  const onRecipient = (data: Buffer): void => {
    if (!data.includes('"message.new"')) return
    recorder.deliveries.push(performance.now() - stampOf(data))
    delivered()
  }
  pair.from.on("message", onSender)
  pair.to.on("message", onRecipient)
  return () => {
    pair.from.off("message", onSender)
    pair.to.off("message", onRecipient)
  }
}

const measure = async (
  pid: number,
  pairs: ReadonlyArray<Pair>,
  drive: (listenAll: (acked: (pair: Pair) => void, delivered: () => void) => void) => Promise<void>,
): Promise<Result> => {
  const recorder: Recorder = { acks: [], deliveries: [], errors: new Map() }
  const ends: Array<() => void> = []
  const before = threadCpuUs(pid)
  const [startCpu, start] = [cpuUs(pid), performance.now()]
  await drive((acked, delivered) => {
    for (const pair of pairs) ends.push(listen(pair, recorder, () => acked(pair), delivered))
  })
  const seconds = (performance.now() - start) / 1_000
  const cpu = cpuUs(pid) - startCpu
  for (const end of ends) end()
  if (recorder.errors.size > 0)
    throw new Error(`the server refused sends: ${JSON.stringify([...recorder.errors])}`)
  const messages = recorder.acks.length
  return {
    messages,
    seconds,
    perSecond: messages / seconds,
    ack: summarize(recorder.acks),
    delivery: summarize(recorder.deliveries),
    cpuUsPerMessage: cpu / messages,
    threads: [...threadCpuUs(pid)].flatMap(([tid, { name, us }]) => {
      const share = (us - (before.get(tid)?.us ?? 0)) / messages
      return share < 1 ? [] : [[tid === pid ? "main" : name, share] as const]
    }),
  }
}

let nextId = 0

/**
 * Offers `rate` messages a second for `seconds`, spread evenly over the pairs, whatever the server does: a slow answer delays no later
 * send. The timer's own lateness (about a millisecond) is the generator's and is not counted.
 */
export const openLoop = (
  pid: number,
  pairs: ReadonlyArray<Pair>,
  rate: number,
  seconds: number,
): Promise<Result> =>
  measure(pid, pairs, async (listenAll) => {
    const total = Math.round(rate * seconds)
    let [sent, acks, deliveries] = [0, 0, 0]
    await new Promise<void>((resolve) => {
      const settle = (): void => {
        if (acks === total && deliveries >= total) resolve()
      }
      listenAll(
        () => {
          acks += 1
          settle()
        },
        () => {
          deliveries += 1
          settle()
        },
      )
      const start = performance.now()
      const tick = setInterval(() => {
        const due = Math.min(total, Math.floor(((performance.now() - start) * rate) / 1_000))
        for (; sent < due; sent++) {
          const pair = pairs[sent % pairs.length]!
          pair.from.send(frameOf(pair, nextId++, performance.now()))
        }
        if (sent === total) clearInterval(tick)
      }, 1)
    })
  })

/** Keeps `inFlight` sends unanswered on each pair for `seconds`. */
export const closedLoop = (
  pid: number,
  pairs: ReadonlyArray<Pair>,
  inFlight: number,
  seconds: number,
): Promise<Result> =>
  measure(pid, pairs, async (listenAll) => {
    await new Promise<void>((resolve) => {
      const end = performance.now() + seconds * 1_000
      let [unanswered, undelivered] = [0, 0]
      const send = (pair: Pair): void => {
        unanswered += 1
        undelivered += 1
        pair.from.send(frameOf(pair, nextId++, performance.now()))
      }
      const settle = (): void => {
        if (unanswered === 0 && undelivered === 0) resolve()
      }
      listenAll(
        (pair) => {
          unanswered -= 1
          if (performance.now() < end) send(pair)
          else settle()
        },
        () => {
          undelivered -= 1
          if (performance.now() >= end) settle()
        },
      )
      for (const pair of pairs) for (let i = 0; i < inFlight; i++) send(pair)
    })
  })
