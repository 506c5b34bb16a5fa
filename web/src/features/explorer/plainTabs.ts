/**
 * The explorer calls its list items tabs although each holds two buttons, which a screen reader cannot reach within a tab.
 * Here they are a list of buttons again, also after the explorer has drawn them anew. Returns how to stop.
 */
export function plainTabs(root: HTMLElement): () => void {
  const mend = () => {
    for (const list of root.querySelectorAll('ul[role="tablist"]')) list.setAttribute('role', 'list');
    for (const item of root.querySelectorAll('li[role="tab"]')) {
      item.querySelector('button')?.setAttribute('aria-current', String(item.getAttribute('aria-selected') === 'true'));
      item.setAttribute('role', 'listitem');
      item.removeAttribute('aria-selected');
    }
  };
  const observer = new MutationObserver(mend);
  observer.observe(root, { subtree: true, childList: true, attributeFilter: ['role', 'aria-selected'] });
  mend();
  return () => observer.disconnect();
}
