/** A state as plain sorted data: two states are the same exactly when these are equal, whatever the inner shape of their maps. */
import type { ConversationState } from "@parley/domain/conversation/state"

const sorted = <V>(map: Iterable<readonly [string, V]>): ReadonlyArray<readonly [string, V]> =>
  [...map].sort(([a], [b]) => (a < b ? -1 : 1))

export const plain = (state: ConversationState): unknown =>
  state._tag === "Absent"
    ? state
    : {
        ...state,
        members: sorted(state.members),
        senders: sorted(state.senders),
        window: {
          young: sorted(state.window.young),
          old: sorted(state.window.old),
          recalled: sorted(state.window.recalled),
          complete: state.window.complete,
        },
      }
