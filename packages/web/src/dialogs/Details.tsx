/**
 * What a conversation is and who is in it, and what the person may change of it.
 *
 * Always true: it offers what the person's role allows; the server decides.
 */
import type { Conversation } from "@parley/client/wire"
import { useState } from "react"
import { texts } from "../language/language.ts"
import { partnerOf, titleOf } from "../language/titles.ts"
import { useParleyOf } from "../live/ParleyContext.ts"
import { sentenceOf } from "../parts/problem.ts"
import { AddMembers } from "./AddMembers.tsx"
import { ConfirmDialog } from "./ConfirmDialog.tsx"
import { Dialog } from "./Dialog.tsx"
import { GroupForm } from "./GroupForm.tsx"
import { Roster } from "./Roster.tsx"

interface Props {
  readonly conversation: Conversation
  readonly close: () => void
}

interface Question {
  readonly question: string
  readonly answer: string
  readonly act: () => Promise<unknown>
}

export const Details = ({ close, conversation }: Props) => {
  const { archived, id, kind, role, topic } = conversation
  const { parley } = useParleyOf(id)
  const [problem, setProblem] = useState("")
  const [question, setQuestion] = useState<Question>()
  const muted = parley.preferences.isMuted(id)
  const partner = partnerOf(conversation, parley.userId)
  const chief = kind === "group" && !archived && (role === "owner" || role === "admin")

  const act = async (asked: Promise<unknown>): Promise<void> => {
    setProblem("")
    try {
      await asked
    } catch (error) {
      setProblem(sentenceOf(error))
    }
  }
  const leave: Question = {
    question: texts.leaveQuestion,
    answer: texts.leave,
    act: () => parley.groups.remove(id, [parley.userId]),
  }
  const archive: Question = {
    question: texts.archiveQuestion,
    answer: texts.archive,
    act: () => parley.groups.archive(id),
  }
  return (
    <Dialog title={titleOf(conversation, parley)} close={close}>
      <p className="form-error" role="alert">
        {problem}
      </p>
      <div className="details">
        {chief ? (
          <GroupForm key={`${conversation.name}/${topic}`} conversation={conversation} act={act} />
        ) : null}
        {!chief && topic !== undefined ? (
          <p className="topic" dir="auto">
            {topic}
          </p>
        ) : null}
        {kind === "group" ? <Roster conversation={conversation} act={act} /> : null}
        {chief ? <AddMembers conversation={conversation} act={act} /> : null}
        <div className="card-buttons">
          <button
            type="button"
            className="button quiet"
            onClick={() => void act(parley.preferences.setMuted(id, !muted))}
          >
            {muted ? texts.unmute : texts.mute}
          </button>
          {partner === undefined ? null : (
            <Block partner={partner} ask={setQuestion} act={(asked) => void act(asked)} />
          )}
          {kind === "group" ? <Dangerous question={leave} ask={setQuestion} /> : null}
          {kind === "group" && role === "owner" && !archived ? (
            <Dangerous question={archive} ask={setQuestion} />
          ) : null}
        </div>
      </div>
      {question === undefined ? null : (
        <ConfirmDialog
          question={question.question}
          answer={question.answer}
          confirmed={() => void act(question.act())}
          close={() => setQuestion(undefined)}
        />
      )}
    </Dialog>
  )
}

interface DangerousProps {
  readonly question: Question
  readonly ask: (question: Question) => void
}

const Dangerous = ({ ask, question }: DangerousProps) => (
  <button type="button" className="button dangerous" onClick={() => ask(question)}>
    {question.answer}
  </button>
)

interface BlockProps {
  readonly partner: string
  readonly ask: (question: Question) => void
  readonly act: (asked: Promise<unknown>) => void
}

const Block = ({ act, ask, partner }: BlockProps) => {
  const { parley } = useParleyOf("")
  if (parley.preferences.isBlocked(partner))
    return (
      <button
        type="button"
        className="button quiet"
        onClick={() => act(parley.preferences.setBlocked(partner, false))}
      >
        {texts.unblock}
      </button>
    )
  const question = {
    question: texts.blockQuestion(parley.people.nameOf(partner)),
    answer: texts.block,
    act: () => parley.preferences.setBlocked(partner, true),
  }
  return <Dangerous question={question} ask={ask} />
}
