/**
 * What the server tells and nobody keeps: who types, who is there.
 *
 * Always true: nothing here outlives its connection by more than some seconds, and losing any of it does no harm.
 */
import { Presence, type PresenceWorld } from "./Presence.ts"
import { Typing, type TypingWorld } from "./Typing.ts"
import type { Frame } from "./wire.ts"

interface PassingPayload {
  readonly user_id: string
  readonly state: string
  readonly expires_in_ms: number
  readonly sender_id?: string
  readonly user_ids?: ReadonlyArray<string>
}

export class Passing {
  readonly typing: Typing
  readonly presence: Presence
  readonly #me: () => string

  constructor(me: () => string, typing: TypingWorld, presence: PresenceWorld) {
    this.#me = me
    this.typing = new Typing(typing)
    this.presence = new Presence(presence)
  }

  /** Whether the frame was one of these. */
  take({ conversation_id: id, payload, type }: Frame): boolean {
    if (type === "presence") this.presence.heard(payload as Parameters<Presence["heard"]>[0])
    if (type !== "typing") return type === "presence"
    const { expires_in_ms, state, user_id } = payload as PassingPayload
    if (id !== undefined && user_id !== this.#me()) this.typing.heard(id, user_id, state, expires_in_ms)
    return true
  }

  /** An event: who has said something, or is gone, types no more. */
  event(id: string, { payload, type }: Frame): void {
    const { sender_id, user_ids = [] } = (payload ?? {}) as PassingPayload
    if (type === "message.new" && sender_id !== undefined) this.typing.ended(id, sender_id)
    if (type === "member.removed") for (const userId of user_ids) this.typing.ended(id, userId)
  }

  pause(): void {
    this.typing.pause()
    this.presence.pause()
  }
}
