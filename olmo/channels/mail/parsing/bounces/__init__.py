from ..model import Address, Bounce, NO_BOUNCE
from ..tree import Part
from . import status
def find(root: Part, sender: Address, subject: str, text: str) -> Bounce:
    rs=status.recipients(root,text)
    f=[r for r in rs if r.failed]
    if f: return Bounce(True,False,tuple(dict.fromkeys(r.address.lower() for r in f)),f[0].status[:1]=='5',f[0].status)
    return NO_BOUNCE
