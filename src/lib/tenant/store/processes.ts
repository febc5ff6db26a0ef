export interface Processes {
  readonly self: number;
  isAlive(pid: number): boolean;
}
