// Loaded before the program, in each of its threads: its clock starts at STORY_NOW and runs on.
const RealDate = globalThis.Date;
const offset = RealDate.parse(process.env["STORY_NOW"] ?? "") - RealDate.now();

class StoryDate extends RealDate {
  constructor(...given: readonly unknown[]) {
    super(...((given.length === 0 ? [RealDate.now() + offset] : given) as [number]));
  }

  static override now(): number {
    return RealDate.now() + offset;
  }
}

globalThis.Date = StoryDate as DateConstructor;
