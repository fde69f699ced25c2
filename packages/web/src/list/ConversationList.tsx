/** The conversations of a person, latest activity first, and who he is. */
import { useRef, useState } from "react"
import { go } from "../chat/useAddress.ts"
import { texts } from "../language/language.ts"
import { partnerOf, titleOf } from "../language/titles.ts"
import { useParley, useSigned } from "../live/ParleyContext.ts"
import { Avatar } from "../parts/Avatar.tsx"
import { Icon } from "../parts/Icon.tsx"
import { IconButton } from "../parts/IconButton.tsx"
import { ConversationRow } from "./ConversationRow.tsx"
import { PeopleFound } from "./PeopleFound.tsx"
import { SignOutButton } from "./SignOutButton.tsx"
import { useInbox } from "./useInbox.ts"

interface Props {
  readonly openId: string | undefined
  readonly compose: () => void
  readonly settings: () => void
}

/** So near the end of the list, more is fetched. */
const nearPx = 400

export const ConversationList = ({ compose, openId, settings }: Props) => {
  const { person } = useSigned()
  const parley = useParley()
  const [wanted, setWanted] = useState("")
  const items = useRef<HTMLUListElement>(null)
  const inbox = useInbox()
  const looking = wanted.trim().toLocaleLowerCase()
  const shown = parley.conversations.filter((one) =>
    titleOf(one, parley).toLocaleLowerCase().includes(looking),
  )
  const move = (event: React.KeyboardEvent): void => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return
    const links = [...(items.current?.querySelectorAll("a") ?? [])]
    const at = links.findIndex((link) => link === document.activeElement)
    links[at + (event.key === "ArrowDown" ? 1 : -1)]?.focus()
    event.preventDefault()
  }
  const startDirect = async (userId: string): Promise<void> => {
    const { id } = await parley.startDirect(userId)
    setWanted("")
    go(id)
  }
  return (
    <aside className="sidebar">
      <h1 className="unseen">{texts.conversations}</h1>
      <header className="sidebar-head">
        <Avatar id={parley.userId} title={person.name || parley.userId} size="small" />
        <span className="me">
          <strong dir="auto">{person.name || parley.userId}</strong>
          {person.name === "" ? null : <small>{parley.userId}</small>}
        </span>
        <IconButton icon="settings" label={texts.settings} onClick={settings} />
        <SignOutButton />
        <IconButton
          icon="compose"
          label={texts.newConversation}
          className="icon-button filled"
          onClick={compose}
        />
      </header>
      <div className="search-field" role="search">
        <Icon name="search" />
        <input
          type="search"
          id="search"
          aria-label={texts.searchPeople}
          placeholder={texts.search}
          value={wanted}
          autoComplete="off"
          spellCheck={false}
          dir="auto"
          onChange={(event) => setWanted(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "ArrowDown") move(event)
            if (event.key !== "Escape" || wanted === "") return
            event.preventDefault()
            setWanted("")
          }}
        />
        {wanted === "" ? null : (
          <IconButton
            icon="close"
            label={texts.clearSearch}
            onClick={() => {
              setWanted("")
              document.querySelector<HTMLInputElement>("#search")?.focus()
            }}
          />
        )}
      </div>
      <nav
        className="list-scroller"
        aria-label={texts.conversations}
        onScroll={({ currentTarget: { clientHeight, scrollHeight, scrollTop } }) => {
          if (scrollHeight - scrollTop - clientHeight < nearPx) inbox.loadMore()
        }}
      >
        <ul className="conversations" ref={items} onKeyDown={move}>
          {shown.map((one) => (
            <ConversationRow key={one.id} conversation={one} open={one.id === openId} now={parley.now} />
          ))}
        </ul>
        {looking === "" ? null : (
          <PeopleFound
            key="found"
            text={wanted}
            choose={startDirect}
            besides={shown.map((one) => partnerOf(one, parley.userId))}
            nothing={shown.length === 0 ? texts.nobodyFound(wanted.trim()) : undefined}
          />
        )}
        {shown.length === 0 && looking === "" ? <NothingYet loaded={inbox.loaded} compose={compose} /> : null}
      </nav>
    </aside>
  )
}

const NothingYet = ({ compose, loaded }: { readonly compose: () => void; readonly loaded: boolean }) => (
  <div className="list-empty">
    {loaded ? (
      <>
        <p className="muted">{texts.noConversations}</p>
        <button type="button" className="button quiet" onClick={compose}>
          {texts.startConversation}
        </button>
      </>
    ) : (
      [1, 2, 3, 4].map((n) => <div key={n} className="skeleton" aria-hidden="true" />)
    )}
  </div>
)
