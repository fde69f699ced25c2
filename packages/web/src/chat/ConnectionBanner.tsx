/** One line that appears when the connection is not what it should be, with what the person can do about it. */
import { useEffect, useState } from "react"
import { texts } from "../language/language.ts"
import { problemText } from "../language/problems.ts"
import { useParley } from "../live/ParleyContext.ts"

/** A short interruption is nobody's business. */
const patienceMs = 900

export const ConnectionBanner = () => {
  const parley = useParley()
  const { ended, phase, problem, retryAt } = parley.status
  const live = phase === "live"
  const late = useLate(live)
  const now = useSeconds(!live && ended === undefined)
  const shown = ended !== undefined || (!live && late)
  const wait = retryAt === undefined ? 0 : Math.ceil((retryAt - now) / 1_000)
  const told = ended ?? (navigator.onLine ? problem : undefined)
  const actionable = ended !== undefined || (phase === "offline" && wait > 3)
  return (
    <div className={`banner${shown ? " shown" : ""}${ended === undefined ? "" : " ended"}`} role="status">
      {shown ? (
        <>
          <span className="spinner" aria-hidden="true" />
          <span>{told === undefined ? lineFor(phase) : problemText(told, retryAt, now)}</span>
          {actionable ? (
            <button type="button" className="banner-action" onClick={() => parley.wake()}>
              {ended?.code === "closed_4511" ? texts.useHere : texts.tryNow}
            </button>
          ) : null}
        </>
      ) : null}
    </div>
  )
}

/** Whether it has not been live for longer than anybody's patience. */
const useLate = (live: boolean): boolean => {
  const [late, setLate] = useState(false)
  useEffect(() => {
    if (live) return setLate(false)
    const timer = setTimeout(() => setLate(true), patienceMs)
    return () => clearTimeout(timer)
  }, [live])
  return late
}

/** The time, drawn again twice a second while `running`. */
const useSeconds = (running: boolean): number => {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (!running) return undefined
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [running])
  return now
}

const lineFor = (phase: string): string => {
  if (!navigator.onLine) return texts.offline
  return phase === "catching_up" ? texts.catchingUp : texts.reconnecting
}
