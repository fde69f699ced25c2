/** The inbox, page by page: it knows conversations older than those that the connection brought. */
import { ParleyError } from "@parley/client/Problem"
import { useCallback, useEffect, useRef, useState } from "react"
import { useParley } from "../live/ParleyContext.ts"

export const useInbox = (): { readonly loaded: boolean; readonly loadMore: () => void } => {
  const parley = useParley()
  const [loaded, setLoaded] = useState(false)
  const state = useRef({ loading: false, more: true })
  const load = useCallback(async (): Promise<void> => {
    if (state.current.loading || !state.current.more) return
    state.current.loading = true
    try {
      state.current.more = (await parley.loadConversations()).more
      setLoaded(true)
    } catch (error) {
      // The next scroll or connection asks again; meanwhile the banner tells what is wrong.
      if (!(error instanceof ParleyError)) throw error
    } finally {
      state.current.loading = false
    }
  }, [parley])
  useEffect(
    () =>
      parley.subscribe(({ _tag }) => {
        // Another log: what was loaded is gone with all the rest.
        if (_tag !== "Everything") return
        state.current.more = true
        setLoaded(false)
      }),
    [parley],
  )
  const live = parley.status.phase === "live"
  useEffect(() => {
    if (live && !loaded) void load()
  }, [live, load, loaded])
  return { loaded, loadMore: () => void load() }
}
