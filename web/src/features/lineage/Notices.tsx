import { IconInfoCircle } from '@tabler/icons-react';
import { count } from '~/shared/lib/format';
import { When } from '~/shared/ui/Marks';
import { reasonTexts } from './reasons';
import type { LineageModel } from './useLineageModel';

/** Whether the picture is all there is; if not, why, in words. And the revision it was read at. */
export function Notices({ model: { around, trace, isOnly } }: { model: LineageModel }) {
  // that tables around the focus end after the steps asked for is no surprise: each box counts what it hides
  const near = around.reasons.filter((r) => r.code !== 'DEPTH_LIMIT');
  const reasons = isOnly ? trace.reasons : [...near, ...trace.reasons];
  const texts = reasonTexts(reasons);
  const revision = around.value?.revision;
  return (
    <div className="notices">
      {texts.length > 0 && (
        <p role="status" className="partial">
          <IconInfoCircle size={15} aria-hidden="true" />
          <span>
            <b>This picture is not complete:</b> {texts.join('; ')}.
          </span>
        </p>
      )}
      {revision && (
        <p className="readat">
          revision {count(revision.number)}, <When at={revision.at} />
        </p>
      )}
    </div>
  );
}
