/** The head of an open conversation: with whom, and the way to its details. */
import type { Conversation } from "@parley/client/wire"
import { go } from "../chat/useAddress.ts"
import { texts } from "../language/language.ts"
import { colourIdOf, partnerOf, titleOf } from "../language/titles.ts"
import { useSigned } from "../live/ParleyContext.ts"
import { Avatar } from "../parts/Avatar.tsx"
import { IconButton } from "../parts/IconButton.tsx"
import { PresenceDot } from "../parts/PresenceDot.tsx"
import { Subtitle } from "./Subtitle.tsx"

interface Props {
  readonly conversation: Conversation
  readonly openDetails: () => void
}

export const Head = ({ conversation, openDetails }: Props) => {
  const { parley } = useSigned()
  const title = titleOf(conversation, parley)
  const partner = partnerOf(conversation, parley.userId)
  return (
    <header className="head">
      <IconButton
        icon="back"
        label={texts.backToList}
        className="icon-button back"
        onClick={() => go(undefined)}
      />
      <span className="head-avatar">
        <Avatar id={colourIdOf(conversation, parley.userId)} title={title} size="small">
          {partner === undefined ? null : <PresenceDot userId={partner} />}
        </Avatar>
      </span>
      <div className="head-text">
        <h1 className="head-title" dir="auto">
          {title}
        </h1>
        <Subtitle conversation={conversation} />
      </div>
      <IconButton icon="more" label={texts.details} onClick={openDetails} />
    </header>
  )
}
