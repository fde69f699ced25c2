/** A state as plain sorted data: two states are the same exactly when these are equal, whatever the inner shape of their maps. */
import { nothingRecalled } from "@parley/domain/conversation/RecalledMessages"
import type { ConversationState } from "@parley/domain/conversation/state"

const sorted = <V>(map: Iterable<readonly [string, V]>): ReadonlyArray<readonly [string, V]> =>
  [...map].sort(([a], [b]) => (a < b ? -1 : 1))

/** Without the messages that were recalled: a cache. */
export const lasting = (state: ConversationState): unknown =>
  plain(state._tag === "Absent" ? state : { ...state, recalled: nothingRecalled })

export const plain = (state: ConversationState): unknown =>
  state._tag === "Absent"
    ? state
    : {
        ...state,
        members: sorted(state.members),
        senders: sorted(state.senders),
        recalled: [...state.recalled]
          .map(([seq, message]) => [
            seq,
            message && {
              ...message,
              counts: sorted(message.counts),
              reactions: sorted(message.reactions),
            },
          ])
          .sort(([a], [b]) => Number(a) - Number(b)),
        window: {
          young: sorted(state.window.young),
          old: sorted(state.window.old),
          recalled: sorted(state.window.recalled),
          complete: state.window.complete,
        },
      }
