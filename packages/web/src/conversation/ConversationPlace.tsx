/** The place for the open conversation: the conversation, or why it is not there. */
import { useEffect, useRef, useState } from "react"
import { go, useAddress } from "../chat/useAddress.ts"
import { texts } from "../language/language.ts"
import { useParleyOf } from "../live/ParleyContext.ts"
import { Blank } from "../parts/Blank.tsx"
import { problemOf } from "../parts/problem.ts"
import { ConversationPane } from "./ConversationPane.tsx"

export const ConversationPlace = ({ compose }: { readonly compose: () => void }) => {
  const { conversationId } = useAddress()
  return (
    <div className="conversation">
      {conversationId === undefined ? (
        <Blank text={texts.choose}>
          <button type="button" className="button" onClick={compose}>
            {texts.newConversation}
          </button>
        </Blank>
      ) : (
        <Opened key={conversationId} id={conversationId} />
      )}
    </div>
  )
}

/** A link may lead to a conversation that is not among the recent ones, or to none. */
const Opened = ({ id }: { readonly id: string }) => {
  const { parley } = useParleyOf(id)
  const [problem, setProblem] = useState<string>()
  const asked = useRef(false)
  const [hadIt, setHadIt] = useState(false)
  const held = parley.conversation(id) !== undefined
  const live = parley.status.phase === "live"
  useEffect(() => {
    if (held) setHadIt(true)
    if (held || hadIt || asked.current || !live) return
    asked.current = true
    parley.loadConversation(id).catch((error: unknown) => {
      const { code, detail, retryable } = problemOf(error)
      asked.current = !retryable
      setProblem(code === "not_found" ? texts.noSuchConversation : detail)
    })
  })
  if (held) return <ConversationPane id={id} />
  const text = hadIt ? texts.noLongerIn : problem
  return (
    <Blank text={text ?? texts.opening}>
      {text === undefined ? null : (
        <button type="button" className="button quiet" onClick={() => go(undefined)}>
          {texts.backToList}
        </button>
      )}
    </Blank>
  )
}
