/**
 * The final history, tied to what was sent: which send each message is, and where each send stands.
 *
 * Always true: a message is tied by its `client_msg_id` where that is known, else by the id that an ack gave it, else by its body; a send
 * is tied to one message at most. Bodies are expected to be unique in a run.
 */
import type { Item, Recording, Send } from "./Recording.ts"

export class Truth {
  /** By conversation and place in its history: the number of the send, or -1. */
  readonly sendAt: Array<Int32Array> = []
  /** By send: its message's place in the history of its conversation, or -1. */
  readonly placeOf: Int32Array
  /** Messages of a send that another message is tied to already. */
  readonly doubles: Array<{ readonly item: Item; readonly send: Send }> = []
  /** Messages that no send is known for. */
  readonly strangers: Array<{ readonly item: Item; readonly conversation: number }> = []
  readonly #recording: Recording
  readonly #placeBySeq: Array<Map<number, number>> = []
  readonly #byMessageId = new Map<string, { readonly conversation: number; readonly seq: number }>()

  constructor(recording: Recording) {
    this.#recording = recording
    this.placeOf = new Int32Array(recording.sends.length).fill(-1)
    const keys = new SendKeys(recording)
    recording.conversations.all.forEach((_, conversation) => {
      const history = recording.history[conversation] ?? []
      const sends = new Int32Array(history.length).fill(-1)
      const places = new Map<number, number>()
      history.forEach((item, place) => {
        places.set(item.seq, place)
        this.#byMessageId.set(item.messageId, { conversation, seq: item.seq })
        const number = keys.find(conversation, item)
        if (number === undefined) this.strangers.push({ item, conversation })
        else if (this.placeOf[number] !== -1) this.doubles.push({ item, send: recording.sends[number]! })
        else {
          sends[place] = number
          this.placeOf[number] = place
        }
      })
      this.sendAt.push(sends)
      this.#placeBySeq.push(places)
    })
  }

  historyOf(conversation: number): ReadonlyArray<Item> {
    return this.#recording.history[conversation] ?? []
  }

  at(conversation: number, seq: number): Item | undefined {
    const place = this.#placeBySeq[conversation]?.get(seq)
    return place === undefined ? undefined : this.historyOf(conversation)[place]
  }

  /** The text that was sent there; what stands there, if nobody is known to have sent it. */
  sentAt(conversation: number, seq: number): string | undefined {
    const place = this.#placeBySeq[conversation]?.get(seq)
    if (place === undefined) return undefined
    const send = this.sendAt[conversation]![place]!
    return send === -1 ? this.historyOf(conversation)[place]!.text : this.#recording.sends[send]!.text
  }

  byMessageId(messageId: string): { readonly conversation: number; readonly seq: number } | undefined {
    return this.#byMessageId.get(messageId)
  }

  /** The message that a send became. */
  itemOf(send: number): Item | undefined {
    const place = this.placeOf[send]!
    return place === -1 ? undefined : this.historyOf(this.#recording.sends[send]!.conversation)[place]
  }

  /** The first place in a conversation's history whose `seq` is at least this one. */
  placeFrom(conversation: number, seq: number): number {
    const history = this.historyOf(conversation)
    let [low, high] = [0, history.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (history[middle]!.seq < seq) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** The three ways to find a send. */
class SendKeys {
  readonly #byKey = new Map<string, number>()
  readonly #byMessageId = new Map<string, number>()
  readonly #byText: Array<Map<string, number>> = []
  readonly #users: ReadonlyArray<string>

  constructor(recording: Recording) {
    this.#users = recording.users.all
    recording.sends.forEach((send, number) => {
      this.#byKey.set(this.#key(send.conversation, this.#users[send.user]!, send.clientMsgId), number)
      ;(this.#byText[send.conversation] ??= new Map()).set(send.text, number)
      for (const { messageId } of send.attempts)
        if (messageId !== undefined) this.#byMessageId.set(messageId, number)
    })
  }

  find(conversation: number, item: Item): number | undefined {
    const named =
      item.clientMsgId === undefined
        ? undefined
        : this.#byKey.get(this.#key(conversation, item.sender, item.clientMsgId))
    return named ?? this.#byMessageId.get(item.messageId) ?? this.#byText[conversation]?.get(item.text)
  }

  #key(conversation: number, sender: string, clientMsgId: string): string {
    return `${conversation} ${sender} ${clientMsgId}`
  }
}

/** When the first ack of a send came in; Infinity without one. */
export const firstAckAt = (send: Send): number => {
  let first = Infinity
  for (const { outcome, answeredAt } of send.attempts)
    if (outcome === "acked" && answeredAt < first) first = answeredAt
  return first
}

/** No try of it can have become a message. */
export const wasRefused = (send: Send): boolean => send.attempts.every(({ outcome }) => outcome === "refused")
