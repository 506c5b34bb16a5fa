import type { LineageParams } from './params';
export function LineageView(_: {
  focus: string;
  params: LineageParams;
  onParams: (p: Partial<LineageParams>) => void;
}) {
  return null;
}
