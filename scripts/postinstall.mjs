/** npm calls this when it has installed. */
import { completeInstallation } from "./installation.mjs"

completeInstallation()
