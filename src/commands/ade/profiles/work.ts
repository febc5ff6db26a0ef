import { line } from "../../../lib/advice/index.ts";
import type { Ade, AdeProfileWork } from "../../../lib/client/index.ts";
import { formatMoment } from "../../../lib/model/time.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { formatCount, text, type Text } from "../../../lib/text/index.ts";
import type { Outcome } from "../../command.ts";
import type { Fields } from "../../field.ts";
import { isDefaultTable } from "../../listing/list.ts";
import { DRY_RUN_OPTION } from "../../records/options.ts";
import { noteNotRestored } from "../../records/change-result.ts";
import { resolveTimezone, type Tools } from "../../tools.ts";
import { buildUnassignedDeviceSteps, type ProfileSummary } from "../next.ts";
import { printEndpoint } from "../shown.ts";
import { requireNamedContext } from "../../permission.ts";

/** Options of the commands that assign or remove ADE profiles at Apple. */
export const PROFILE_WORK_OPTIONS = {
  confirmDevices: {
    kind: "number",
    about: text(
      "number of affected devices, to confirm the change (not needed with a simulator)",
      "対象のデバイスの台数(確認用。シミュレーターでは不要)",
    ),
  },
  dryRun: DRY_RUN_OPTION,
} as const satisfies Fields;

type DeviceResult = AdeProfileWork["results"][number];

const DEVICE_RESULT_NAMES: Readonly<Record<NonNullable<DeviceResult["result"]>, Text>> = {
  SUCCESS: text("done", "完了"),
  NOT_ACCESSIBLE: text("not on this server", "この MDM サーバのデバイスではない"),
  FAILED: text("failed", "失敗"),
  THROTTLED: text("throttled by Apple", "Apple 側の制限で保留"),
};

/** Columns for the result of each device. */
export const RESULT_COLUMNS: readonly Column<DeviceResult>[] = [
  {
    key: "serialNumber",
    header: text("serial number", "シリアルナンバー"),
    value: ({ serialNumber }) => serialNumber,
  },
  {
    key: "result",
    header: text("result", "結果"),
    value: ({ result }) => result,
    name: ({ result }) => (result === null ? null : DEVICE_RESULT_NAMES[result]),
  },
];

/** Parsed values of {@link PROFILE_WORK_OPTIONS}. */
export interface ProfileWorkOptions {
  readonly confirmDevices: number | undefined;
  readonly dryRun: boolean;
}

const STATE_AT_APPLE = text("the former state at Apple", "Apple 側で行った変更");

type SendProfileWork = (told: {
  readonly confirmDevices?: number;
  readonly dryRun: boolean;
}) => Promise<AdeProfileWork>;

/**
 * Assigns or removes ADE profiles at Apple. Prints the endpoint first. Asks the user to type the number of devices,
 * unless the number is confirmed already, the endpoint is a simulator, or it is a dry run.
 *
 * @param ade the tenant's ADE settings and state
 * @param question builds the question for a number of devices
 * @throws Failure `input-rejected` if another number is typed, or if nobody can be asked
 */
export async function runProfileWork(
  { tools, ade }: { readonly tools: Tools; readonly ade: Ade },
  ask: SendProfileWork,
  { confirmDevices, dryRun }: ProfileWorkOptions,
  question: (devices: Text) => Text,
): Promise<AdeProfileWork> {
  await printEndpoint(tools, ade);
  await noteNotRestored(tools, STATE_AT_APPLE);
  if (dryRun) return ask({ dryRun });
  if (confirmDevices !== undefined) return ask({ confirmDevices, dryRun });
  if (ade.endpoint?.kind === "simulator") return ask({ dryRun });
  requireNamedContext(tools, await tools.tenant(), { confirmDevices });
  const { devices } = await ask({ dryRun: true });
  if (devices > 0) {
    const { en, ja } = question(text(formatCount(devices, "device"), `${devices} 台`));
    await tools.terminal.prompts.typedNumber({
      message: text(`${en} type ${devices} to continue:`, `${ja}台数を入力してください:`),
      flag: `--confirm-devices ${devices}`,
      expected: devices,
    });
  }
  return ask({ confirmDevices: devices, dryRun });
}

/** Maximum number of devices that a terminal lists one by one. */
const MAX_LISTED_DEVICES = 20;

/** Lists each device's result. If there are many, a terminal shows only failures or, in a dry run, the first ones. */
async function listResults({ terminal }: Tools, { results, dryRun }: AdeProfileWork): Promise<void> {
  const isLong = results.length > MAX_LISTED_DEVICES && terminal.onTerminal && isDefaultTable(terminal);
  if (!isLong) return terminal.list(RESULT_COLUMNS, results);
  const shown = dryRun ? results.slice(0, MAX_LISTED_DEVICES) : results.filter(({ result }) => result !== "SUCCESS");
  if (shown.length > 0) await terminal.list(RESULT_COLUMNS, shown);
  const left = results.length - shown.length;
  if (left === 0) return;
  const how = dryRun ? text("", "") : text(" that succeeded", "(完了)");
  await terminal.note(
    text(
      `not listed: ${formatCount(left, "device")}${how.en}; to list all devices: --format tsv`,
      `ほか ${left} 台${how.ja}は省略しました(すべて表示するには --format tsv)`,
    ),
  );
}

/** Shows the result of each device and a summary.  @returns `partial` if Apple did not accept all devices */
export async function showProfileWork(tools: Tools, work: AdeProfileWork): Promise<Outcome> {
  const { terminal } = tools;
  await listResults(tools, work);
  if (work.dryRun) {
    await terminal.note(
      text(
        `dry run: ${formatCount(work.devices, "device")} would be affected; nothing was sent`,
        `対象は ${work.devices} 台です(--dry-run のため何も送信していません)`,
      ),
    );
    return undefined;
  }
  if (work.devices === 0) {
    await terminal.note(text("nothing to do: no device needs to be changed", "変更が必要なデバイスはありません"));
    return undefined;
  }
  const { success, notAccessible, failed, throttled, retryAt } = work;
  await terminal.note(
    text(
      `${success} of ${formatCount(work.devices, "device")} succeeded`,
      `${work.devices} 台のうち ${success} 台が完了しました`,
    ),
  );
  if (notAccessible > 0) await terminal.warn(describeInaccessibleDevices(notAccessible));
  if (failed + throttled > 0) {
    const at = retryAt && formatMoment(retryAt, resolveTimezone(tools, await tools.tenant()), "minute");
    // a sync retries assignments only, and never removes a profile
    const again =
      work.profile === null
        ? text("run this command again", "このコマンドをもう一度")
        : text(
            `run ${line("ade sync", [])} or run this command again`,
            `${line("ade sync", [])} か、このコマンドをもう一度`,
          );
    await terminal.warn(
      text(
        `Apple did not accept ${failed + throttled} of the devices; ${at === null ? "" : `after ${at}, `}${again.en}`,
        `Apple が ${failed + throttled} 台を受け付けませんでした。${at === null ? "" : `${at} 以降に `}${again.ja}実行してください`,
      ),
    );
  }
  return success < work.devices ? "partial" : undefined;
}

/**
 * Warns that the devices that lost their ADE profile need another one, and proposes how to assign it.
 *
 * @param profiles the remaining ADE profiles
 */
export async function warnAboutRemovedProfiles(
  tools: Tools,
  work: AdeProfileWork,
  profiles: readonly ProfileSummary[],
): Promise<void> {
  if (work.dryRun || work.success === 0) return;
  await tools.terminal.warn(PROFILE_REMOVED_WARNING, buildUnassignedDeviceSteps(profiles));
}

const PROFILE_REMOVED_WARNING = text(
  "the devices no longer have an ADE profile: do not switch them on before you assign another one",
  "ADE プロファイルがなくなりました。別のプロファイルを割り当てるまで電源を入れないでください",
);

const describeInaccessibleDevices = (count: number): Text =>
  text(
    `no longer assigned to this server: ${formatCount(count, "device")}; check Apple Business Manager, then run ${line("ade sync", [], { full: true })}`,
    `${count} 台はこの MDM サーバに割り当てられていません。Apple Business Manager で確認し、${line("ade sync", [], { full: true })} を実行してください`,
  );
