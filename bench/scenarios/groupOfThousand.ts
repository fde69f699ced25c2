/** A group of 1,000 connected members, 20 messages a second, beside a bare `ws` broadcast of as many bytes to as many. */
import { type Bare, startBare } from "../harness/bareTarget.ts"
import { broadcasts, sendFrame } from "../harness/broadcasts.ts"
import { cpuUs } from "../harness/cpu.ts"
import { launchParley, type ParleyProcess } from "../harness/parleyProcess.ts"
import type { RawReceiver } from "../harness/rawReceiver.ts"
import type { Summary } from "../harness/summary.ts"
import { once } from "../table/Row.ts"

interface Round {
  /** The server's CPU, all threads, microseconds a delivery. */
  readonly cpu: number
  /** Send until the last member has it, milliseconds. */
  readonly last: Summary
}

export interface GroupRound {
  readonly parley: Round
  readonly bare: Round
}

interface Room {
  readonly pid: number
  readonly receivers: ReadonlyArray<RawReceiver>
  /** Text that makes the frames of both servers equally long goes before `text`. */
  readonly send: (text: string) => void
}

const rate = 20

const bareRoom = async (bare: Bare, members: number): Promise<Room> => {
  const { sender, receivers } = await bare.room(members)
  return { pid: bare.pid, receivers, send: (text) => sender.send(sendFrame("room", "k", text)) }
}

const parleyRoom = async (parley: ParleyProcess, members: number): Promise<Room> => {
  const names = Array.from({ length: members }, (_, i) => `member-${i}`)
  const owner = await parley.login("owner")
  const { id } = await parley.post("/v1/groups", owner, { name: "A thousand", member_ids: names })
  const receivers: Array<RawReceiver> = []
  for (let from = 0; from < members; from += 50)
    receivers.push(
      ...(await Promise.all(
        names.slice(from, from + 50).map(async (name) => parley.receive(await parley.login(name))),
      )),
    )
  const sender = await parley.connect(owner)
  let sent = 0
  return {
    pid: parley.pid(),
    receivers,
    send: (text) => sender.send(sendFrame(id!, `k${sent++}`, text)),
  }
}

/** Bytes of a frame's text as the first receiver gets it. */
const frameBytes = (room: Room, text: string): Promise<number> =>
  new Promise((resolve) => {
    room.receivers[0]!.onText = (data) => {
      if (data.includes(text)) resolve(data.length)
    }
    room.send(text)
  })

const measure = async (room: Room, seconds: number): Promise<Round> => {
  const before = cpuUs(room.pid)
  const last = await broadcasts(room.receivers, room.send, { rate, seconds })
  return { cpu: (cpuUs(room.pid) - before) / (rate * seconds * room.receivers.length), last }
}

export const groupOfThousand = once(async ({ rounds, quick }): Promise<ReadonlyArray<GroupRound>> => {
  const [members, seconds] = quick ? [100, 1] : [1_000, 5]
  const [bare, parley] = [await startBare(), await launchParley()]
  try {
    const [mine, plain] = [await parleyRoom(parley, members), await bareRoom(bare, members)]
    const lacking = (await frameBytes(mine, "long?")) - (await frameBytes(plain, "long?"))
    const padded: Room = { ...plain, send: (text) => plain.send(" ".repeat(Math.max(0, lacking)) + text) }
    // What is measured is a server that has been at work: not the garbage of a thousand logins, nor code that is compiled yet.
    await measure(padded, seconds)
    await measure(mine, seconds)
    const results: Array<GroupRound> = []
    for (let round = 0; round < rounds; round++)
      results.push({ bare: await measure(padded, seconds), parley: await measure(mine, seconds) })
    return results
  } finally {
    await parley.stop()
    await bare.stop()
  }
})
