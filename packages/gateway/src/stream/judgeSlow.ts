/** Once a second: every connection for which bytes wait is judged, and what waits is counted. */
import type { StreamContext } from "./StreamContext.ts"

export const judgeSlow = ({ congested, counters }: StreamContext, now: number): void => {
  let [all, most] = [0, 0]
  for (const session of congested) {
    if (session.judge(now)) congested.delete(session)
    const waiting = session.closed ? 0 : session.outbox.waiting()
    all += waiting
    most = Math.max(most, waiting)
  }
  counters.congested = congested.size
  counters.waitingBytes = all
  counters.mostWaitingBytes = most
}
