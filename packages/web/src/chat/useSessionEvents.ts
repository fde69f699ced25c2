/** What the server says about being here: connected, or signed out. */
import { useEffect } from "react"
import { problemText } from "../language/problems.ts"
import { useSigned } from "../live/ParleyContext.ts"

export const useSessionEvents = (): void => {
  const { leave, parley } = useSigned()
  useEffect(() => {
    return parley.subscribe((change) => {
      if (change._tag !== "Status") return
      const { ended, phase } = change.status
      // A closed connection can be opened again; a refused sign-in cannot.
      if (ended !== undefined && !ended.code.startsWith("closed_")) leave(problemText(ended))
      if (phase === "live")
        parley.preferences.load().catch(() => {
          // The next connection asks again.
        })
    })
  }, [leave, parley])
}
