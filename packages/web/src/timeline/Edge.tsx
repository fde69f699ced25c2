/** What stands where a page of messages is still to come: that it is coming, or that it did not. */
import { texts } from "../language/language.ts"

interface Props {
  readonly at: "start" | "end"
  readonly shown: boolean
  readonly failed: boolean
  readonly retry: () => void
}

export const Edge = ({ at, failed, retry, shown }: Props) => {
  if (!shown) return null
  return (
    <div className={`edge at-${at}`}>
      {failed ? (
        <button type="button" className="button quiet" onClick={retry}>
          {texts.olderFailed}
        </button>
      ) : (
        <span
          className="spinner"
          role="status"
          aria-label={at === "start" ? texts.loadingOlder : texts.loadingNewer}
        />
      )}
    </div>
  )
}
