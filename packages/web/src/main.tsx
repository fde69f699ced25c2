/** The page: a person who is known gets the chat, everybody else is asked who they are. */
import "./look/tokens.css"
import "./look/elements.css"
import "./look/avatar.css"
import "./look/forms.css"
import "./look/dialog.css"
import "./look/sidebar.css"
import "./look/conversation.css"
import "./look/composer.css"
import "./look/timeline.css"
import "./look/message.css"
import "./look/menu.css"
import "./look/presence.css"
import "./look/settings.css"
import "./look/thread.css"
import { createRoot } from "react-dom/client"
import { App } from "./App.tsx"
import { speakAsChosen } from "./language/choice.ts"
import { appearance, wear } from "./settings/appearance.ts"

speakAsChosen()
wear(appearance())
createRoot(document.querySelector("#app")!).render(<App />)
