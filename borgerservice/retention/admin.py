"""What staff do about keeping and letting go: the addresses and the menu."""

from borgerservice.admin import add_menu, add_pages
from borgerservice.retention import page

add_menu(page.MENU)
add_pages(page.PAGES)
