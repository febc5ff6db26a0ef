import { hasBytes, isByPath, needsSpace, isWrite, type Call, type Fault, type FaultKind } from "../faulty-disk.ts";
import { APPLE_SCENES } from "../scenes/apple.ts";
import { BY_HAND_SCENES } from "../scenes/by-hand.ts";
import { FILE_SCENES } from "../scenes/files.ts";
import { LARGER_SCENES } from "../scenes/larger.ts";
import { MIRROR_SCENES } from "../scenes/mirror.ts";
import { RENEWAL_SCENES } from "../scenes/renewals.ts";
import type { Scene } from "../scenes/scene.ts";
import { SETTINGS_SCENES } from "../scenes/settings.ts";
import { DESCRIBED_SCENES } from "../scenes/described.ts";
import { OUTPUT_FILE_SCENES } from "../scenes/output-files.ts";
import type { Trial } from "../trial.ts";

export const SCENES: readonly Scene[] = [
  ...LARGER_SCENES,
  ...FILE_SCENES,
  ...BY_HAND_SCENES,
  ...MIRROR_SCENES,
  ...APPLE_SCENES,
  ...RENEWAL_SCENES,
  ...SETTINGS_SCENES,
  ...OUTPUT_FILE_SCENES,
  ...DESCRIBED_SCENES,
];

/** Describes a fault and the call at which it happens: `eio 31: fsync out.csv`. */
const describePlace = ({ kind, number, seconds }: Fault, call: Call | undefined): string =>
  `${kind} ${number}${seconds === undefined ? "" : ` ${seconds}`}${call === undefined ? "" : `: ${call.name} ${call.file}`}`;

function parsePlace(place: string): Fault {
  const [kind = "", number = "", seconds] = place.replace(/:.*/, "").split(" ");
  return {
    kind: kind as FaultKind,
    number: Number(number),
    ...(seconds !== undefined && { seconds: Number(seconds) }),
  };
}

/** Creates trials of every scene, at the calls that it makes on a disk without faults. */
const createCallTrials = (choose: (calls: readonly Call[]) => readonly Fault[], scenes = SCENES): readonly Trial[] =>
  scenes.map((scene) => ({
    scene: scene.name,
    places: async (workplace) => {
      const { calls } = await (await workplace.stage(scene)).rehearsal;
      return choose(calls).map((fault) => describePlace(fault, calls[fault.number - 1]));
    },
    attempt: async (place, workplace) => (await workplace.stage(scene)).attempt(parsePlace(place), workplace.stopMs),
  }));

const createFaults = (calls: readonly Call[], ...kinds: readonly FaultKind[]): readonly Fault[] =>
  calls.flatMap(({ number }) => kinds.map((kind) => ({ kind, number })));

/** Chooses one of several faults for each call, in rotation. This way, every fault is applied to calls of all kinds. */
const rotateFaults = <T>(
  calls: readonly Call[],
  faults: readonly T[],
  make: (call: Call, one: T) => Fault,
): readonly Fault[] =>
  calls.flatMap((call, at) =>
    faults
      .slice(at % faults.length)
      .slice(0, 1)
      .map((one) => make(call, one)),
  );

const createFaultOfKind = ({ number }: Call, kind: FaultKind): Fault => ({ number, kind });

/** `kill -9` before each write, during each write, and after the last write. */
export const KILL_TRIALS = createCallTrials((calls) => {
  const writing = calls.filter(isWrite);
  return [
    ...createFaults(writing, "kill-before"),
    ...createFaults(writing.filter(hasBytes), "kill-within"),
    ...createFaults(writing.slice(-1), "kill-after"),
  ];
});

/** Power failures before each write and after the command has ended. Everything that was not synced is lost. */
export const POWER_LOSS_TRIALS = createCallTrials((calls) => [
  ...createFaults(calls.filter(isWrite), "lose-all"),
  ...rotateFaults<FaultKind>(calls.filter(isWrite), ["lose-data", "lose-names"], createFaultOfKind),
  ...(["lose-all", "lose-data", "lose-names"] as const).map((kind) => ({ kind, number: -1 })),
]);

export const DISK_FAULT_TRIALS = createCallTrials((calls) => [
  ...createFaults(calls, "eio"),
  ...createFaults(calls.filter(isByPath), "eacces"),
  ...rotateFaults<FaultKind>(calls.filter(needsSpace), ["enospc", "full"], createFaultOfKind),
  ...createFaults(calls.filter(hasBytes), "short"),
]);

export const SIGNAL_TRIALS = createCallTrials((calls) =>
  rotateFaults<FaultKind>(calls.filter(isWrite), ["INT", "TERM", "HUP"], createFaultOfKind),
);

const SECONDS_PER_DAY = 86_400;

export const CLOCK_JUMP_TRIALS = createCallTrials(
  (calls) =>
    rotateFaults(
      [...Map.groupBy(calls, ({ name, file }) => `${name} ${file}`).values()].flatMap(
        (alike) => alike[Math.floor(alike.length / 2)] ?? [],
      ),
      [-400 * SECONDS_PER_DAY, -SECONDS_PER_DAY, -1, SECONDS_PER_DAY, 400 * SECONDS_PER_DAY],
      ({ number }, seconds) => ({
        kind: "clock",
        number,
        seconds,
      }),
    ),
  SCENES.filter(({ readsDate }) => readsDate !== true),
);

export const STOP_TRIALS = createCallTrials((calls) => {
  const writing = calls.filter(isWrite);
  return [1, 2, 3].flatMap((quarter) =>
    createFaults(writing.slice((writing.length * quarter) / 4).slice(0, 1), "stop"),
  );
});
