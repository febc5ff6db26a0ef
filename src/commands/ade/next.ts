import { commandName, line, step, type Step } from "../../lib/advice/index.ts";
import type { Ade, AdeProfile } from "../../lib/client/index.ts";
import { isSyncFailureOutdated } from "../../lib/model/ade-health.ts";
import { FULL_SYNC_INTERVAL_MS, PUBLIC_KEY_FILE, SIMULATOR_COMMANDS } from "../../lib/model/ade.ts";
import { toTypableName } from "../../lib/text/shell-word.ts";
import { formatCount, text } from "../../lib/text/index.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** Number of days before expiry from which a token should be renewed. */
const RENEWAL_LEAD_DAYS = 30;

const REHEARSAL_STEPS = [
  step("to rehearse without Apple", "Apple を使わずに練習するには", line("ade simulator start", [])),
  step(
    "then, in another window, set the URL that the simulator prints",
    "表示された URL を、別のウィンドウで設定する",
    line("ade endpoint set", [], { simulator: "URL" }),
  ),
];

/**
 * Returns what to do next about ADE: what is missing in the setup or, if nothing is missing, what is due.
 *
 * @param now in milliseconds
 * @param profiles the existing ADE profiles; undefined if they have not been fetched
 */
export function buildNextSteps(ade: Ade, now: number, profiles?: readonly ProfileSummary[]): readonly Step[] {
  const { endpoint, mirror } = ade;
  if (mirror && endpoint?.kind !== "simulator") {
    return [
      step(
        "this tenant is a mirror, and the console syncs its devices; to see the steps in the console",
        "管理画面のミラーのため、デバイスの同期は管理画面で行います。管理画面での手順",
        line("ade guide", ["purchased"]),
      ),
      ...REHEARSAL_STEPS,
    ];
  }
  if (endpoint === null) {
    return [
      ...REHEARSAL_STEPS,
      step(
        "to use this tenant's own MDM server entry in Apple Business Manager (never the entry that CLOMO uses)",
        "Apple Business Manager にあるこのテナント専用の MDM サーバ(CLOMO が使う MDM サーバとは別のもの)を使うには",
        line("ade endpoint set", [], { apple: true }),
      ),
    ];
  }
  const setUp = buildSetupSteps(ade, now);
  // while a new key waits for its token, the current token may still be valid, so also return what is due
  return setUp === undefined || (ade.token !== null && ade.stagedKey !== null)
    ? [...(setUp ?? []), ...buildDueSteps(ade, now, profiles)]
    : setUp;
}

const CREATE_KEY_COMMAND = line("ade keypair create", [], { output: PUBLIC_KEY_FILE });

/**
 * Returns the step that writes the public key. If a key is waiting for its token, this key is written again, to the
 * file that the next step uses, because an older file may contain an earlier key.
 */
const buildKeyStep = ({ stagedKey }: Pick<Ade, "stagedKey">): Step =>
  stagedKey === null
    ? step("create a public key", "公開鍵を作成する", CREATE_KEY_COMMAND)
    : step(
        "write the public key again (it is still waiting for its token)",
        "トークン待ちの公開鍵をもう一度書き出す",
        CREATE_KEY_COMMAND,
      );

function buildSetupSteps(ade: Ade, now: number): readonly Step[] | undefined {
  const { endpoint, token } = ade;
  const isSimulator = endpoint?.kind === "simulator";
  if (token === null) return [buildKeyStep(ade), buildTokenStep(ade)];
  const daysLeft = Math.floor((Date.parse(token.expiresAt) - now) / DAY_MS);
  if (daysLeft >= RENEWAL_LEAD_DAYS) return undefined;
  const left =
    daysLeft < 0
      ? text("has expired", "期限切れ")
      : text(`expires in ${formatCount(daysLeft, "day")}`, `あと ${daysLeft} 日`);
  if (isSimulator) {
    return [
      step(
        `the server token ${left.en}; to get a new token from the simulator, first create a public key`,
        `サーバートークン(${left.ja})を更新するため、まず公開鍵を作成する`,
        CREATE_KEY_COMMAND,
      ),
      buildTokenStep(ade),
    ];
  }
  return [
    step(
      `the server token ${left.en}; download a new token from the same MDM server in Apple Business Manager, then set it`,
      `サーバートークン(${left.ja})を更新するため、Apple Business Manager の同じ MDM サーバから新しいトークンをダウンロードして設定する`,
      line("ade token set", ["FILE"]),
    ),
  ];
}

/** Returns the step that gets a token for the public key.  @param keyFile public key file, if just written */
export const buildTokenStep = ({ endpoint, server }: Pick<Ade, "endpoint" | "server">, keyFile?: string): Step =>
  endpoint?.kind === "simulator"
    ? step(
        `get a token for the public key from the simulator, then set the token with ${commandName("ade token set")}`,
        `公開鍵に対するトークンをシミュレーターから取得し、${commandName("ade token set")} で設定する`,
        SIMULATOR_COMMANDS.token({ url: endpoint.url, server: server?.name }, keyFile),
      )
    : step(
        "upload the public key to this tenant's own MDM server in Apple Business Manager, download its token, then set the token",
        "公開鍵を Apple Business Manager のこのテナント専用の MDM サーバにアップロードし、トークンをダウンロードして設定する",
        line("ade token set", ["FILE"]),
      );

/** The fields of a profile that are needed to propose it. */
export type ProfileSummary = Pick<AdeProfile, "id" | "name" | "state" | "automatic">;

/** Returns the argument for a profile: its name, or its id if the name is not unique or cannot be typed. */
export const toProfileArgument = (
  { id, name }: Pick<ProfileSummary, "id" | "name">,
  all: readonly ProfileSummary[],
): string => (all.some((other) => other.name === name && other.id !== id) ? id : toTypableName(name, id));

/** Returns the profile to assign: the only usable profile, or the automatic one if there are several. */
const chooseProfile = (usable: readonly ProfileSummary[]): ProfileSummary | undefined =>
  usable.length === 1 ? usable[0] : usable.find(({ automatic }) => automatic.length > 0);

const isUsableProfile = ({ state }: ProfileSummary): boolean => state === "active";

/** Returns the argument for the profile to assign: `NAME` if the user must choose, undefined if none is usable. */
export const findProfileArgument = (profiles: readonly ProfileSummary[]): string | undefined => {
  const usable = profiles.filter(isUsableProfile);
  if (usable.length === 0) return undefined;
  const chosen = chooseProfile(usable);
  return chosen === undefined ? "NAME" : toProfileArgument(chosen, profiles);
};

/** Returns the steps that give unassigned and new devices a profile; if none is usable, the step that creates one. */
export const buildAssignmentSteps = (profiles: readonly ProfileSummary[]): readonly Step[] => [
  ...buildUnassignedDeviceSteps(profiles),
  ...buildAutoApplySteps(profiles),
];

/** Returns the steps that assign a profile to unassigned devices; if none is usable, the step that creates one. */
export function buildUnassignedDeviceSteps(profiles: readonly ProfileSummary[]): readonly Step[] {
  const word = findProfileArgument(profiles);
  if (word === undefined) return [buildCreateProfileStep(profiles)];
  return [
    ...(chooseProfile(profiles.filter(isUsableProfile)) === undefined
      ? [step("choose one of the ADE profiles", "ADE プロファイルを選ぶ", line("ade profiles list", []))]
      : []),
    step(
      "assign the ADE profile to all devices that do not have a profile",
      "ADE プロファイルのないデバイスすべてに割り当てる",
      line("ade profiles assign", [word], { unassigned: true }),
    ),
  ];
}

/** The devices whose profile Apple has not accepted yet, and when the assignment is tried again. */
type WaitingDevices = Pick<Ade, "waiting">;

/** Returns true if all devices that are not ready are only waiting for a profile that was already assigned. */
export const areAllPending = ({ waiting, counts }: WaitingDevices & Pick<Ade, "counts">): boolean =>
  waiting !== null && waiting.notReady >= counts.notReady;

/**
 * Returns the steps that retry assignments that Apple has not accepted yet; none if no device is waiting.
 *
 * @param moment formats an instant
 */
export function buildRetrySteps(
  { waiting }: WaitingDevices,
  now: number,
  moment: (instant: string) => string,
): readonly Step[] {
  if (waiting === null) return [];
  const { devices, retryAt } = waiting;
  const isDue = Date.parse(retryAt) <= now;
  const at = moment(retryAt);
  return [
    step(
      `${formatCount(devices, "device")} waiting for the assigned ADE profile, which Apple has not accepted yet; to try again${isDue ? "" : ` after ${at}`}`,
      `Apple が受け付けず、ADE プロファイルの割り当てを待っているデバイスが ${devices} 台あります。${isDue ? "再試行" : `${at} 以降に再試行`}`,
      line("ade sync", []),
    ),
  ];
}

/** Returns the step that creates a usable profile in a tenant that does not have one. */
export const buildCreateProfileStep = (profiles: readonly ProfileSummary[]): Step => {
  const [former] = profiles;
  if (former === undefined) {
    return step(
      "create an ADE profile that contains the URL of your MDM server",
      "ADE プロファイル(MDM サーバの URL を含む)を作成する",
      line("ade profiles create", ["NAME"], { url: "HTTPS-URL" }),
    );
  }
  const command = line("ade profiles create", [], { from: toProfileArgument(former, profiles) });
  return former.state === "other-server"
    ? step(
        "the ADE profile was created at another MDM server; to create it again",
        "ADE プロファイルは別の MDM サーバで作成したものです。作り直すには",
        command,
      )
    : step(
        "Apple has disabled the ADE profile; to create it again",
        "ADE プロファイルは Apple 側で無効化されています。作り直すには",
        command,
      );
};

/** Returns the step that applies a profile to new devices; empty if one is applied already, or none is usable. */
export function buildAutoApplySteps(profiles: readonly ProfileSummary[]): readonly Step[] {
  const word = findProfileArgument(profiles);
  if (word === undefined || profiles.some((profile) => isUsableProfile(profile) && profile.automatic.length > 0))
    return [];
  return [
    step(
      "from now on, apply an ADE profile to new devices automatically",
      "今後の新しいデバイスに ADE プロファイルを自動で適用する",
      line("ade profiles auto-apply", [word]),
    ),
  ];
}

/** Returns what to do if no device is assigned to the server of the tenant. */
export const buildNoDevicesStep = ({ endpoint }: Pick<Ade, "endpoint">): Step =>
  endpoint?.kind === "simulator"
    ? step(
        "no device is assigned to this MDM server; to buy devices in the simulator",
        "この MDM サーバに割り当てられたデバイスはありません。シミュレーターで購入するには",
        line("ade simulator do devices add", [], { count: "10", url: endpoint.url }),
      )
    : step(
        `no device is assigned to this MDM server: assign devices in Apple Business Manager, then run ${line("ade sync", [])}; to see the steps`,
        `この MDM サーバに割り当てられたデバイスはありません。Apple Business Manager で割り当ててから ${line("ade sync", [])} を実行してください。手順を見るには`,
        line("ade guide", ["purchased"], { through: "commands" }),
      );

/** Returns what to do about devices that a full sync did not find, after a check by hand; nothing if there are none. */
export const buildMissingDeviceSteps = (missing: number): readonly Step[] =>
  missing === 0
    ? []
    : [
        step(
          "check the missing devices, then confirm in a terminal that they are released",
          "見つからないデバイスを確認してから、ターミナルで解除を確認する",
          line("ade sync", [], { full: true }),
        ),
      ];

/**
 * Returns the steps after a sync that stopped because the token belongs to another MDM server. No sync continues before
 * another token is set or the user confirms the other server.
 */
const buildOtherServerSteps = (ade: Ade): readonly Step[] => [
  step(
    "the last sync stopped because the token belongs to another MDM server; if this is intended",
    "トークンが別の MDM サーバのものだったため、前回の同期は中止されました。意図したトークンであれば",
    line("ade token set", ["FILE"], { otherServer: true }),
  ),
  buildKeyStep(ade),
  buildTokenStep(ade),
];

function buildDueSteps(ade: Ade, now: number, profiles: readonly ProfileSummary[] | undefined): readonly Step[] {
  const { endpoint, token, sync, lastSyncAt, lastFullAt, counts } = ade;
  // a sync is useless until another token is set; the ADE health report already says so
  if (token !== null && token.rejectedAt !== null) return [];
  if (sync?.state === "running") {
    return [
      step(
        "a sync is running; to check again later",
        "同期を実行中です。後でもう一度確認するには",
        line("ade status", []),
      ),
    ];
  }
  if (sync?.state === "failed" && sync.error?.where === "server_uuid" && !isSyncFailureOutdated(ade))
    return buildOtherServerSteps(ade);
  if (sync?.state === "failed" || sync?.state === "cut-off") {
    return [
      step(
        "the last sync did not finish; to continue it",
        "前回の同期は完了していません。続きから実行するには",
        line("ade sync", []),
      ),
    ];
  }
  if (lastSyncAt === null) {
    return [step("fetch the devices", "デバイスを取得する", line("ade sync", []))];
  }
  const needed = profiles ?? [];
  const profileSteps = areAllPending(ade) ? buildAutoApplySteps(needed) : buildAssignmentSteps(needed);
  return [
    ...(counts.present + counts.missing === 0 ? [buildNoDevicesStep({ endpoint })] : []),
    ...buildMissingDeviceSteps(counts.missing),
    ...(counts.notReady > 0 ? profileSteps : []),
    ...(lastFullAt === null || now - Date.parse(lastFullAt) > FULL_SYNC_INTERVAL_MS
      ? [step("a full sync is due", "全件の取得の時期です", line("ade sync", []))]
      : []),
  ];
}
