/**
 * The timeline of one conversation: only what is near the window is on the page, however long it is.
 *
 * Always true: what the person looks at stays where it is when messages come in above or below, except that somebody who is at
 * the end stays at the end.
 */
import type { Conversation } from "@parley/client/wire"
import { type Virtualizer, useVirtualizer } from "@tanstack/react-virtual"
import { useCallback, useEffect, useMemo, useRef, useState } from "react"
import { texts } from "../language/language.ts"
import { useSigned } from "../live/ParleyContext.ts"
import { Edge } from "./Edge.tsx"
import { DayInSight, Floating } from "./Floating.tsx"
import type { MessageActions } from "./MessageActions.ts"
import { Row } from "./Row.tsx"
import { messageIn } from "./messageContext.ts"
import { firstSeen, lastSeen } from "./inSight.ts"
import { estimateItem, timelineItems, timelineRows } from "./timelineRows.ts"
import { useJump } from "./useJump.ts"
import { useReading } from "./useReading.ts"
import { useStart } from "./useStart.ts"
import { useMessageMenu } from "./useMessageMenu.tsx"

interface Props {
  readonly conversation: Conversation
  readonly version: number
  readonly actions: MessageActions
  /** Rises when the person has sent something: he wants to see it. */
  readonly toEnd: number
}

/** So near the end counts as at the end. */
const nearPx = 80
/** The room for the spinner at an edge, and without one, in CSS pixels. */
const [edgePx, gapPx] = [48, 8]
/** So many rows from an edge, the next page is fetched. */
const nearRows = 15

export const Timeline = ({ actions, conversation, toEnd, version }: Props) => {
  const { id } = conversation
  const { parley } = useSigned()
  const scroller = useRef<HTMLDivElement>(null)
  const [atEnd, setAtEnd] = useState(true)
  const [menu, openMenu] = useMessageMenu(conversation, actions)
  const seen = useCallback(() => firstSeen(scroller.current), [])
  const reading = useReading(id, version, seen)
  const start = useStart(id, reading)
  const { entries, hasNewer, hasOlder } = reading
  const { newAfter } = start
  const rows = useMemo(
    () =>
      timelineItems(
        timelineRows(
          entries.filter((one) => one.kind === "notice" || one.threadRoot === undefined),
          parley.userId,
          parley.now,
          newAfter,
        ),
      ),
    // The rows name days, in the language of the page.
    [entries, newAfter, parley, texts],
  )
  const virtual: Virtualizer<HTMLDivElement, HTMLElement> = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => estimateItem(rows[index]!),
    getItemKey: (index) => rows[index]!.key,
    overscan: 10,
    paddingStart: hasOlder ? edgePx : gapPx,
    paddingEnd: hasNewer ? edgePx : gapPx,
    scrollPaddingStart: 64,
    anchorTo: "end",
    followOnAppend: !hasNewer,
    scrollEndThreshold: nearPx,
  })
  const items = virtual.getVirtualItems()
  const { flash, jump, missing } = useJump(rows, reading, virtual)
  const { toLive } = reading

  const look = (): void => {
    const { current } = scroller
    if (current === null || start.pending) return
    const near = !hasNewer && current.scrollHeight - current.scrollTop - current.clientHeight < nearPx
    setAtEnd(near)
    if (document.hidden || rows.length === 0) return
    if (near) parley.markRead(id)
    else parley.markRead(id, lastSeen(current) ?? -1)
  }
  const endNow = useCallback((): void => {
    toLive()
    setAtEnd(true)
    requestAnimationFrame(() => virtual.scrollToEnd())
  }, [toLive, virtual])

  useEffect(() => {
    start.place(rows, virtual)
  })
  useEffect(() => {
    if (toEnd > 0) endNow()
  }, [endNow, toEnd])
  useEffect(look)
  const { comeBack } = start
  useEffect(() => {
    // Who was reading further up goes on there.
    const shown = (): void => {
      if (!document.hidden && atEnd) comeBack()
    }
    document.addEventListener("visibilitychange", shown)
    return () => document.removeEventListener("visibilitychange", shown)
  }, [atEnd, comeBack])
  const firstIndex = items[0]?.index ?? 0
  const lastIndex = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (start.pending && rows.length > 0) return
    if (hasOlder && firstIndex < nearRows) reading.loadOlder()
    if (hasNewer && lastIndex > rows.length - nearRows) reading.loadNewer()
  })
  useEffect(() => {
    const { current } = scroller
    if (current === null || !atEnd) return undefined
    let isFirst = true
    const observer = new ResizeObserver(() => {
      // It speaks once for the size that is: nothing has changed, and the start may be elsewhere.
      if (!isFirst) virtual.scrollToEnd()
      isFirst = false
    })
    observer.observe(current)
    return () => observer.disconnect()
  }, [atEnd, virtual])

  const day = rows[virtual.range?.startIndex ?? 0]?.row
  return (
    <div className="timeline-frame">
      <div
        ref={scroller}
        className="timeline"
        tabIndex={0}
        role="region"
        aria-label={texts.conversation}
        onScroll={look}
        onWheel={start.stop}
        onTouchMove={start.stop}
        onKeyDown={(event) => {
          start.stop()
          if (event.target !== scroller.current || !(event.ctrlKey || event.metaKey)) return
          if (event.key === "Home") reading.openAt("beginning")
          if (event.key === "End") endNow()
        }}
      >
        <div className="rows-space" style={{ height: virtual.getTotalSize() }}>
          <Edge at="start" shown={hasOlder} failed={reading.failed} retry={reading.retry} />
          <Edge at="end" shown={hasNewer} failed={reading.failed} retry={reading.retry} />
          <ol
            className="rows"
            aria-label={texts.messages}
            style={{ transform: `translateY(${items[0]?.start ?? 0}px)` }}
          >
            {items.map(({ index, key }) => {
              const item = rows[index]
              return item === undefined ? null : (
                <li
                  key={key}
                  ref={virtual.measureElement}
                  data-index={index}
                  data-seq={item.row._tag === "Message" ? item.row.message.seq : undefined}
                  className={item.key === flash ? "flash" : undefined}
                >
                  {[...item.heads, item.row].map((row) => (
                    <Row
                      key={row.key}
                      row={row}
                      conversation={conversation}
                      actions={actions}
                      jump={jump}
                      find={(messageId) => messageIn(entries, messageId)}
                      openMenu={openMenu}
                    />
                  ))}
                </li>
              )
            })}
          </ol>
        </div>
      </div>
      <DayInSight row={day} now={parley.now} shown={virtual.isScrolling && !atEnd} />
      <Floating
        shown={!atEnd}
        unread={parley.unread(id)}
        hasOlder={hasOlder || firstIndex > 0}
        scroll={(by) => scroller.current?.scrollBy({ top: by })}
        toBeginning={() => {
          start.stop()
          if (hasOlder) reading.openAt("beginning")
          requestAnimationFrame(() => virtual.scrollToOffset(0))
        }}
        toEnd={() => {
          start.stop()
          endNow()
        }}
      />
      {missing ? (
        <p className="toast" role="status">
          {texts.notFound}
        </p>
      ) : null}
      {menu}
    </div>
  )
}
