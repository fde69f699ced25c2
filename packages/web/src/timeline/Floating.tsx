/** What floats above a timeline that is not at its end: the day in sight, the ways to the end and to the beginning. */
import { texts } from "../language/language.ts"
import { dayName } from "../language/times.ts"
import { Icon } from "../parts/Icon.tsx"
import { IconButton } from "../parts/IconButton.tsx"
import type { TimelineRow } from "./timelineRows.ts"

const linePx = 20

interface Props {
  readonly shown: boolean
  readonly unread: number
  readonly hasOlder: boolean
  readonly toBeginning: () => void
  readonly toEnd: () => void
  /** The wheel turned above a button is meant for the timeline. By so many CSS pixels. */
  readonly scroll: (by: number) => void
}

export const Floating = ({ hasOlder, scroll, shown, toBeginning, toEnd, unread }: Props) => (
  <div
    className={`floating${shown ? " shown" : ""}`}
    onWheel={({ deltaMode, deltaY }) =>
      scroll(deltaMode === WheelEvent.DOM_DELTA_PIXEL ? deltaY : deltaY * linePx)
    }
  >
    {hasOlder ? (
      <IconButton icon="arrowUp" label={texts.toBeginning} className="to-edge" onClick={toBeginning} />
    ) : null}
    <button
      type="button"
      className="to-edge"
      aria-label={texts.toLatest}
      title={texts.toLatest}
      onClick={toEnd}
    >
      <Icon name="arrowDown" />
      {unread === 0 ? null : <span className="badge">{unread > 99 ? "99+" : unread}</span>}
    </button>
  </div>
)

interface DayProps {
  readonly row: TimelineRow | undefined
  /** Milliseconds since 1970. */
  readonly now: number
  readonly shown: boolean
}

export const DayInSight = ({ now, row, shown }: DayProps) => {
  const at = row?._tag === "Message" ? row.message.at : row?._tag === "Notice" ? row.notice.at : undefined
  return (
    <div className={`day-in-sight${shown && at !== undefined ? " shown" : ""}`} aria-hidden="true">
      <span>{at === undefined ? "" : dayName(at, now)}</span>
    </div>
  )
}
