/**
 * The conversations of one connection.
 *
 * Always true: one attachment for a conversation. A list while there are few, which is a sixth of a map's memory; a map beyond.
 */
import type { Attachment } from "./Attachment.ts"

/** Up to so many a list is as fast. */
const FEW = 32

const conversationOf = ({ hub }: Attachment): string => hub.conversation

export class Attachments {
  /** Replaced when it grows: it has room for exactly what is in it. */
  #few: ReadonlyArray<Attachment> = []
  #many: Map<string, Attachment> | undefined

  get(conversation: string): Attachment | undefined {
    if (this.#many !== undefined) return this.#many.get(conversation)
    return this.#few.find(({ hub }) => hub.conversation === conversation)
  }

  has(conversation: string): boolean {
    return this.get(conversation) !== undefined
  }

  /** In the place of the one that there is for this conversation, if there is one. */
  add(attachment: Attachment): void {
    const conversation = conversationOf(attachment)
    if (this.#many === undefined && this.#few.length >= FEW) {
      this.#many = new Map(this.#few.map((one) => [conversationOf(one), one]))
      this.#few = []
    }
    if (this.#many !== undefined) this.#many.set(conversation, attachment)
    else this.#few = [...this.#few.filter((one) => conversationOf(one) !== conversation), attachment]
  }

  delete(conversation: string): void {
    if (this.#many !== undefined) this.#many.delete(conversation)
    else this.#few = this.#few.filter((one) => conversationOf(one) !== conversation)
  }

  clear(): void {
    this.#few = []
    this.#many = undefined
  }

  /** As they are now; not what is added or deleted while they are gone through. */
  values(): ReadonlyArray<Attachment> {
    return this.#many === undefined ? this.#few : [...this.#many.values()]
  }

  conversations(): ReadonlyArray<string> {
    return this.values().map(conversationOf)
  }
}
