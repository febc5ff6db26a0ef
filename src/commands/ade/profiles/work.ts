import { line } from "../../../lib/advice/index.ts";
import type { Ade, AdeProfileWork } from "../../../lib/client/index.ts";
import { momentIn } from "../../../lib/model/time.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { counted, text, type Text } from "../../../lib/text/index.ts";
import type { Outcome } from "../../command.ts";
import type { Fields } from "../../field.ts";
import { isUsualTable } from "../../listing/list.ts";
import { DRY_RUN } from "../../records/options.ts";
import { noteNotRestored } from "../../records/written.ts";
import { zoneOf, type Tools } from "../../tools.ts";
import { giveSteps, type OwnProfile } from "../next.ts";
import { tellEndpoint } from "../shown.ts";

/** Options of what concerns devices at Apple. */
export const WORK_OPTIONS = {
  confirmDevices: {
    kind: "number",
    about: text(
      "the number of devices it is about, where no simulator is at the other end",
      "対象のデバイスの台数(接続先がシミュレーターでないとき)",
    ),
  },
  dryRun: DRY_RUN,
} as const satisfies Fields;

type Result = AdeProfileWork["results"][number];

const RESULTS: Readonly<Record<NonNullable<Result["result"]>, Text>> = {
  SUCCESS: text("done", "完了"),
  NOT_ACCESSIBLE: text("not this server's", "この MDM サーバのデバイスではない"),
  FAILED: text("failed", "失敗"),
  THROTTLED: text("held back by Apple", "Apple 側の制限で保留"),
};

/** What became of each device. */
export const RESULT_COLUMNS: readonly Column<Result>[] = [
  {
    key: "serialNumber",
    header: text("serial number", "シリアルナンバー"),
    value: ({ serialNumber }) => serialNumber,
  },
  {
    key: "result",
    header: text("result", "結果"),
    value: ({ result }) => result,
    name: ({ result }) => (result === null ? null : RESULTS[result]),
  },
];

/** What a work is asked with. */
export interface WorkOptions {
  readonly confirmDevices: number | undefined;
  readonly dryRun: boolean;
}

const AT_APPLE = text("what is done at Apple", "Apple 側で行ったこと");

type ProfileRequest = (told: { readonly confirmDevices?: number; readonly dryRun: boolean }) => Promise<AdeProfileWork>;

/**
 * Does what concerns devices at Apple: says what stands at the other end, and has the number of devices typed where that is
 * no simulator.
 *
 * @param ade how the tenant stands with ADE
 * @param question what is asked, of a number of devices
 * @throws Failure `input-rejected` where another number is typed, or nobody can be asked
 */
export async function carryOut(
  { tools, ade }: { readonly tools: Tools; readonly ade: Ade },
  ask: ProfileRequest,
  { confirmDevices, dryRun }: WorkOptions,
  question: (devices: Text) => Text,
): Promise<AdeProfileWork> {
  await tellEndpoint(tools, ade);
  await noteNotRestored(tools, AT_APPLE);
  if (dryRun) return ask({ dryRun });
  if (confirmDevices !== undefined) return ask({ confirmDevices, dryRun });
  if (ade.endpoint?.kind === "simulator") return ask({ dryRun });
  const { devices } = await ask({ dryRun: true });
  if (devices > 0) {
    const { en, ja } = question(text(counted(devices, "device"), `${devices} 台`));
    await tools.terminal.prompts.typedNumber({
      message: text(`${en} type ${devices}:`, `${ja}台数を入力してください:`),
      flag: `--confirm-devices ${devices}`,
      expected: devices,
    });
  }
  return ask({ confirmDevices: devices, dryRun });
}

/** Devices that a screen shows one by one. */
const MAX_SHOWN = 20;

/** Lists what became of the devices; of many on a terminal those that did not get through, of a dry run the first ones. */
async function listResults({ terminal }: Tools, { results, dryRun }: AdeProfileWork): Promise<void> {
  const isLong = results.length > MAX_SHOWN && terminal.onTerminal && isUsualTable(terminal);
  if (!isLong) return terminal.list(RESULT_COLUMNS, results);
  const shown = dryRun ? results.slice(0, MAX_SHOWN) : results.filter(({ result }) => result !== "SUCCESS");
  if (shown.length > 0) await terminal.list(RESULT_COLUMNS, shown);
  const left = results.length - shown.length;
  if (left === 0) return;
  const how = dryRun ? text("", "") : text(" done", "(完了)");
  await terminal.note(
    text(
      `${counted(left, "device")}${how.en} not listed; all of them: --format tsv`,
      `ほか ${left} 台${how.ja}は省略しました(すべて表示するには --format tsv)`,
    ),
  );
}

/** Shows what became of the devices. @returns `partial` where Apple did not take all of them */
export async function showWork(tools: Tools, work: AdeProfileWork): Promise<Outcome> {
  const { terminal } = tools;
  await listResults(tools, work);
  if (work.dryRun) {
    await terminal.note(
      text(
        `dry run: ${counted(work.devices, "device")}; nothing was sent`,
        `対象は ${work.devices} 台です(--dry-run のため何も送信していません)`,
      ),
    );
    return undefined;
  }
  if (work.devices === 0) {
    await terminal.note(text("nothing to do: no device is left to change", "変更が必要なデバイスはありません"));
    return undefined;
  }
  const { success, notAccessible, failed, throttled, retryAt } = work;
  await terminal.note(
    text(
      `${success} of ${counted(work.devices, "device")} done`,
      `${work.devices} 台のうち ${success} 台が完了しました`,
    ),
  );
  if (notAccessible > 0) await terminal.warn(NOT_OURS(notAccessible));
  if (failed + throttled > 0) {
    const at = retryAt === null ? "" : momentIn(retryAt, zoneOf(tools, await tools.tenant()), "minute");
    // what is to be taken away does not wait: nobody loses a profile by a sync
    const again =
      work.profile === null
        ? text("this command once more", "このコマンドをもう一度")
        : text(
            `${line("ade sync", [])}, or this command once more`,
            `${line("ade sync", [])} か、このコマンドをもう一度`,
          );
    await terminal.warn(
      text(
        `Apple did not take ${failed + throttled} for now; to try again after ${at}: ${again.en}`,
        `Apple が ${failed + throttled} 台を受け付けませんでした。${at} 以降に ${again.ja}実行してください`,
      ),
    );
  }
  return success < work.devices ? "partial" : undefined;
}

/**
 * Says that devices that lost their profile wait for another one, and how they get it.
 *
 * @param profiles those that are left
 */
export async function tellTaken(tools: Tools, work: AdeProfileWork, profiles: readonly OwnProfile[]): Promise<void> {
  if (work.dryRun || work.success === 0) return;
  await tools.terminal.warn(TAKEN, giveSteps(profiles));
}

const TAKEN = text(
  "they have no ADE profile now: do not switch them on before they have one",
  "ADE プロファイルがなくなりました。別のプロファイルを割り当てるまで電源を入れないでください",
);

const NOT_OURS = (count: number): Text =>
  text(
    `${counted(count, "device")} not assigned to this server any more: look in Apple Business Manager, then ${line("ade sync", [], { full: true })}`,
    `${count} 台はこの MDM サーバに割り当てられていません。Apple Business Manager で確認し、${line("ade sync", [], { full: true })} を実行してください`,
  );
