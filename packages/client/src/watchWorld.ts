/** What the platform says of the window and of the network, and what follows from it for a session. */
import type { Session } from "./Session.ts"

/** Answers with what ends it. */
export const watchWorld = (session: Session): (() => void) => {
  const { connection, passing, platform } = session
  const ends = [
    platform.watchForeground?.((foreground) => {
      passing.presence.setForeground(foreground)
      if (foreground) session.comeBack()
    }),
    platform.watchNetwork?.((there = true) => (there ? session.comeBack() : connection.probe(true))),
  ]
  return () => {
    for (const end of ends) end?.()
  }
}
