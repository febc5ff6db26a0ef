import { SECURED_USER } from "../../../lib/nouns/secured-user.ts";
import type { ManualValues } from "../../../lib/model/thing.ts";
import { same, text } from "../../../lib/text/index.ts";
import type { Fields } from "../../kit/field.ts";
import { readSecretInput, buildSecretOptions, type Secret } from "../../kit/change/secrets.ts";
import type { Tools } from "../../kit/tools.ts";

const { displayName, description, groups, device, licenceException, administrator, role } = SECURED_USER.fields;

export const FIELDS_WITH_OPTIONS = {
  displayName,
  description,
  groups,
  device,
  licenceException,
  administrator,
} as const;

type SecretName = "password" | "secretKey";

const defineSecret = <N extends SecretName>(name: N): Secret<N> => {
  const { column, rule } = SECURED_USER.fields[name];
  return { name, called: same(column.header), rule };
};

const PASSWORD_INPUT = defineSecret("password");
const SECRET_KEY_INPUT = defineSecret("secretKey");

export const USER_OPTIONS = {
  role: {
    kind: "choice",
    choices: role.choices,
    about: text(
      "manager (Docs: ファイル管理者; Calendar, Contacts: グループ管理者) or user (一般ユーザー)",
      "manager(Docs ではファイル管理者、Calendar・Contacts ではグループ管理者)か user(一般ユーザー)",
    ),
  },
  createGroups: {
    kind: "boolean",
    about: text("create groups that do not exist yet", "存在しないグループを作る"),
  },
  ...buildSecretOptions(PASSWORD_INPUT),
  ...buildSecretOptions(SECRET_KEY_INPUT),
} as const satisfies Fields;

export type SecretInputs = Readonly<
  Record<`${SecretName}File`, string | undefined> & Record<`${SecretName}Stdin` | `${SecretName}Prompt`, boolean>
>;

export async function readUserSecrets(tools: Tools, given: SecretInputs): Promise<ManualValues> {
  const values: Record<string, string> = {};
  for (const secret of [PASSWORD_INPUT, SECRET_KEY_INPUT]) {
    const [file, stdin, prompt] = [
      given[`${secret.name}File`],
      given[`${secret.name}Stdin`],
      given[`${secret.name}Prompt`],
    ];
    const value = await readSecretInput(tools, secret, { file, stdin, prompt });
    if (value !== undefined) values[secret.name] = value;
  }
  return values;
}

export const hasPassword = ({ passwordFile, passwordStdin, passwordPrompt }: SecretInputs): boolean =>
  passwordFile !== undefined || passwordStdin || passwordPrompt;
