import type { AccountSettings } from "../../../lib/client/index.ts";
import { ACCOUNT_SETTINGS } from "../../../lib/nouns/account.ts";
import { buildFieldColumns } from "../list/list.ts";

export const SETTINGS_COLUMNS = buildFieldColumns<AccountSettings>(ACCOUNT_SETTINGS.fields);
