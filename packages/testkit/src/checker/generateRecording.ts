/**
 * Makes the record of a correct run out of nothing: clients of a model server that send, are cut off, send again, come and go and read.
 *
 * Always true: the same seed makes the same record, and the checker must find nothing in it.
 */
import { GAP, INBOX_REMOVED, SYNCED } from "./Receipts.ts"
import { ModelServer, type ModelTalk } from "./ModelServer.ts"
import type { Content } from "./Contents.ts"
import { inboxLine, itemsOf, ModelActs } from "./ModelActs.ts"
import { type Attempt, Recording, type Send } from "./Recording.ts"
import { SeededRandom } from "./SeededRandom.ts"

/** An answer on its way. */
interface Reply {
  readonly attempt: Attempt
  readonly take: (attempt: Attempt) => void
}

interface ModelDevice {
  readonly number: number
  readonly user: number
  /** -1 while it is cut off. */
  connection: number
  readonly held: Map<number, number>
  /** By talk: the highest `seq` it ever got. */
  readonly reached: Map<number, number>
  replies: Array<Reply>
  unknown: Array<Send>
}

export interface Extent {
  readonly users: number
  readonly talks: number
  readonly steps: number
}

export const ordinaryExtent: Extent = { users: 8, talks: 5, steps: 4_000 }

export const generateRecording = (seed: number, extent: Extent = ordinaryExtent): Recording => {
  const world = new World(new SeededRandom(seed), extent)
  for (let step = 0; step < extent.steps; step++) world.step()
  return world.finish()
}

/** A replay longer than this is cut short by a gap. */
const replayed = 12
const deliveryShare = 0.45

class World {
  readonly recording = new Recording()
  readonly #random: SeededRandom
  readonly #server: ModelServer
  readonly #acts: ModelActs
  readonly #devices: Array<ModelDevice> = []
  #clock = 1000
  #sent = 0

  constructor(random: SeededRandom, { users, talks }: Extent) {
    this.#random = random
    const { recording } = this
    this.#server = new ModelServer((user) => recording.users.all[user]!)
    this.#acts = new ModelActs(recording, random, this.#server, () => this.#tick())
    const everybody = Array.from({ length: users }, (_, i) => recording.users.numberOf(`user-${i}`))
    for (const user of everybody)
      for (const device of random.chance(0.3) ? ["phone", "laptop"] : ["phone"]) {
        const number = recording.devices.push({ user, name: `user-${user}/${device}` }) - 1
        this.#devices.push({
          number,
          user,
          connection: -1,
          held: new Map(),
          reached: new Map(),
          replies: [],
          unknown: [],
        })
      }
    for (const device of this.#devices) this.#connect(device)
    for (let i = 0; i < talks; i++) {
      const founders = random.sample(everybody, i % 3 === 0 ? 2 : 2 + random.below(users - 1))
      const talk = this.#server.create(i % 3 !== 0, founders)
      recording.conversations.numberOf(`cnv_${talk.number}`)
      recording.founders[talk.number] = founders
      recording.isGroup[talk.number] = talk.group
    }
  }

  step(): void {
    const random = this.#random
    const device = random.pick(this.#devices)
    if (device.connection === -1) return this.#connect(device)
    const what = random.next()
    if (what < deliveryShare) this.#deliver(device, 1 + random.below(4))
    else if (what < 0.6) this.#send(device)
    else if (what < 0.78) this.#reply(device)
    else if (what < 0.83) this.#read(device.user)
    else if (what < 0.88) this.#change()
    else if (what < 0.96) this.#acts.act(device.user)
    else if (what < 0.98) this.#acts.mark(device.user)
    else if (what < 0.99) this.#cut(device)
  }

  /** Everybody comes back, gets every answer and every frame. */
  finish(): Recording {
    const { recording } = this
    // The last word everywhere is a message, so that the newest frame is one.
    for (const talk of this.#server.talks) {
      const owner = this.#devices.find(({ user }) => user === recording.founders[talk.number]![0])!
      if (owner.connection === -1) this.#connect(owner)
      this.#send(owner, talk)
    }
    for (const device of this.#devices) {
      while (device.connection === -1 || device.replies.length > 0)
        if (device.connection === -1) this.#connect(device)
        else this.#reply(device)
    }
    for (const device of this.#devices) this.#deliver(device, Infinity)
    recording.history = this.#server.talks.map((talk) => itemsOf(talk, 0, Infinity))
    recording.log = this.#server.talks.map((talk, conversation) => ({
      events: talk.events.length,
      messages: recording.history[conversation]!,
      keys: recording.history[conversation]!,
      members: [],
      alterations: talk.alterations,
    }))
    recording.inbox = this.#server.talks.flatMap((talk) =>
      [...talk.members].map((user) => inboxLine(talk, user)),
    )
    return recording
  }

  #tick(): number {
    this.#clock += 0.01 + this.#random.next()
    return this.#clock
  }

  #connect(device: ModelDevice): void {
    const { connections, receipts } = this.recording
    const start = device.held.size === 0 ? "nothing" : "cursor"
    const connection = connections.push({ device: device.number, openedAt: this.#tick(), from: start }) - 1
    device.connection = connection
    for (const talk of this.#server.talks) {
      const held = device.held.get(talk.number)
      if (held === undefined || this.#server.nextFor(talk, device.user, held) === undefined) continue
      const behind = this.#server.startFor(talk, device.user, replayed)
      if (behind > held) receipts.add(this.#tick(), connection, talk.number, behind, GAP)
      // A repeat now and then: at least once is what is promised.
      const repeated = this.#random.chance(0.3) ? held - 2 : held
      device.held.set(talk.number, Math.max(behind > held ? behind : repeated, -1))
    }
    receipts.add(this.#tick(), connection, -1, -1, SYNCED)
    connections[connection]!.syncedAt = this.#clock
    const again = device.unknown.splice(0)
    for (const send of again)
      if (device.connection === -1) device.unknown.push(send)
      else this.#try(device, send)
  }

  #cut(device: ModelDevice): void {
    this.recording.connections[device.connection]!.closedAt = this.#tick()
    device.connection = -1
    device.replies = []
  }

  #deliver(device: ModelDevice, count: number): void {
    const { receipts, contents } = this.recording
    for (const talk of this.#random.sample(this.#server.talks, this.#server.talks.length)) {
      for (let left = count; left > 0; left--) {
        const held = device.held.get(talk.number) ?? -1
        const seq = this.#server.nextFor(talk, device.user, held)
        if (seq === undefined) break
        const content = contents.numberOf(talk.number, seq, this.#shown(device, talk, seq))
        receipts.add(this.#tick(), device.connection, talk.number, seq, content)
        device.held.set(talk.number, seq)
        device.reached.set(talk.number, Math.max(seq, device.reached.get(talk.number) ?? -1))
        if (talk.spans.get(device.user)!.some(({ to }) => to === seq))
          receipts.add(this.#tick(), device.connection, talk.number, -1, INBOX_REMOVED)
      }
    }
  }

  /** Live as it was sent, replayed as it reads since. */
  #shown({ reached }: ModelDevice, { number, events, messages }: ModelTalk, seq: number): Content {
    const { content } = events[seq]!
    const message = content.type === "message.new" ? messages.get(content.messageId)! : undefined
    if (message === undefined) return content
    if (seq > (reached.get(number) ?? -1) && this.#random.chance(0.5)) return content
    return { ...content, text: message.deleted ? "" : message.text }
  }

  #send(device: ModelDevice, talk = this.#random.pick(this.#server.talks)): void {
    if (!talk.spans.has(device.user)) return
    const clientMsgId = `c-${++this.#sent}`
    const text = `${clientMsgId} says something`
    const send: Send = { conversation: talk.number, user: device.user, clientMsgId, text, attempts: [] }
    this.recording.sends.push(send)
    this.#try(device, send)
  }

  #try(device: ModelDevice, send: Send): void {
    const startedAt = this.#tick()
    const { connection } = device
    const attempt: Attempt = { connection, startedAt, outcome: "unknown", answeredAt: Infinity }
    send.attempts.push(attempt)
    device.unknown.push(send)
    // Cut off on the way there: the server never saw it.
    if (this.#random.chance(0.01)) return this.#cut(device)
    const talk = this.#server.talks[send.conversation]!
    const ack = this.#server.send(talk, send.user, send.clientMsgId, send.text)
    device.replies.push({
      attempt,
      take: () => {
        attempt.answeredAt = this.#tick()
        device.unknown.splice(device.unknown.indexOf(send), 1)
        if (ack === undefined) {
          attempt.outcome = "refused"
          attempt.code = "not_found"
        } else Object.assign(attempt, ack, { outcome: "acked" })
        if (ack !== undefined && this.#random.chance(0.05)) this.#try(device, send)
      },
    })
  }

  #reply(device: ModelDevice): void {
    const reply = device.replies.shift()
    reply?.take(reply.attempt)
  }

  #change(): void {
    const talk = this.#random.pick(this.#server.talks)
    const owner = this.recording.founders[talk.number]![0]!
    const user = this.#random.below(this.recording.users.all.length)
    if (!talk.group || user === owner) return
    const kind = talk.members.has(user) ? "remove" : "add"
    const requestedAt = this.#tick()
    const seq = this.#server.change(talk, kind, user)
    const answeredAt = this.#tick()
    this.recording.changes.push({
      conversation: talk.number,
      user,
      kind,
      requestedAt,
      answeredAt,
      seq,
      changed: true,
    })
  }

  #read(user: number): void {
    const talk = this.#random.pick(this.#server.talks)
    const limit = 1 + this.#random.below(20)
    const requestedAt = this.#tick()
    const seq = this.#random.below(talk.events.length + 1)
    const way = this.#random.below(3)
    const bounds = way === 0 ? {} : way === 1 ? { before: seq } : { after: seq }
    const isIn = talk.members.has(user)
    const all = itemsOf(talk, way === 2 ? seq + 1 : 0, way === 1 ? seq : Infinity)
    const page = way === 2 ? all.slice(0, limit) : all.slice(-limit)
    this.recording.reads.push({
      conversation: talk.number,
      user,
      requestedAt,
      answeredAt: this.#tick(),
      status: isIn ? 200 : 404,
      ...bounds,
      limit,
      items: isIn ? page : [],
    })
  }
}
