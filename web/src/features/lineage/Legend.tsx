import { isPersonal } from '~/shared/lib/format';
import type { Picture } from './picture';

/** What the colours and dashes mean, as far as this picture has them. */
export function Legend({ colours, picture }: { colours: ReadonlyMap<string, number>; picture: Picture }) {
  const looks = new Set(picture.lines.map((l) => l.look));
  const personal = picture.boxes.some((b) => b.tags.some(isPersonal) || b.columns.some((c) => c.tags.some(isPersonal)));
  return (
    <section className="legend" aria-label="Legend">
      {[...colours].map(([platform, colour]) => (
        <span key={platform}>
          <i style={{ background: `var(--hw-p${colour})` }} />
          {platform}
        </span>
      ))}
      {personal && (
        <span>
          <i style={{ background: 'var(--hw-pii)' }} />
          personal data
        </span>
      )}
      {looks.has('masked') && <Dash pattern="7 4" text="masked" />}
      {looks.has('indirect') && <Dash pattern="2 4" text="rows only" />}
      {looks.has('unknown') && <Dash pattern="10 3 2 3" text="unknown how" />}
    </section>
  );
}

function Dash({ pattern, text }: { pattern: string; text: string }) {
  return (
    <span>
      <svg width="26" height="8" aria-hidden="true">
        <line x1="0" y1="4" x2="26" y2="4" stroke="currentColor" strokeWidth="2" strokeDasharray={pattern} />
      </svg>
      {text}
    </span>
  );
}
